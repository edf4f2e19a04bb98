import { readFileSync } from 'node:fs'

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuSeconds: number
  readonly rssBytes: number
}

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** This process, all its threads included. */
export function ownUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() }
}

/** Another process of this machine; undefined where that cannot be told (not on Linux, or gone). */
export function usageOf(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const rssKb = /^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? '0'
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      rssBytes: Number(rssKb) * 1024,
    }
  } catch {
    return undefined
  }
}
