import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { ChatwsError } from '../protocol/error.ts'
import type { Host } from './host.ts'

/** One JSON value a line. */
export interface JsonLines {
  write(value: object): void
  /** Resolves when all is written. Throws OUTPUT_FAILED when something was not. */
  close(): Promise<void>
}

/** Writes to a file, to standard output (`-`), or nowhere. */
export function openJsonLines(file: string | undefined, host: Host): JsonLines {
  if (file === undefined) return { write: () => {}, close: async () => {} }
  if (file === '-')
    return {
      write: (value) => void host.stdout.write(`${JSON.stringify(value)}\n`),
      close: async () => {},
    }
  const stream = createWriteStream(file)
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  return {
    write: (value) => void stream.write(`${JSON.stringify(value)}\n`),
    async close() {
      stream.end()
      if (!failure && !stream.closed) await once(stream, 'close')
      if (failure)
        throw new ChatwsError('OUTPUT_FAILED', `Cannot write the lines: ${failure.message}`)
    },
  }
}
