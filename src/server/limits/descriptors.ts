import { readFileSync } from 'node:fs'

/** Descriptors that connections leave to files, databases and the process itself. */
const RESERVE = 64

/**
 * How many files and sockets this process may have open at once (`ulimit -n`); undefined where the
 * system does not tell. Node raises its soft limit to the hard one as it starts.
 */
export function readDescriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return readReportedLimit()
  }
}

/** Slower than /proc, and known to other systems too. */
function readReportedLimit(): number | undefined {
  const report = process.report?.getReport() as
    | { userLimits?: { open_files?: { soft: number | string } } }
    | undefined
  const soft = Number(report?.userLimits?.open_files?.soft)
  return Number.isSafeInteger(soft) && soft > 0 ? soft : undefined
}

/** How many sockets may be open when `limit` descriptors may. */
export function socketsWithin(limit: number): number {
  return limit - Math.min(RESERVE, Math.floor(limit / 2))
}
