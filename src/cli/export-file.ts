import { type FileHandle, open } from 'node:fs/promises'
import { ChatwsError } from '../protocol/error.ts'

/** Longer than any line: a message in which each character has to be escaped. */
const LONGEST_LINE = 1024 * 1024

/** Whose export it is, as its first line says. */
export interface ExportHeader {
  readonly user: number
  readonly epoch: string
}

/** A file of lines of JSON. One that was interrupted goes on behind its last whole line. */
export class ExportFile {
  /** The `at` of its last line; undefined where it has none. */
  readonly lastPlace: string | undefined
  readonly #path: string
  readonly #handle: FileHandle
  #end: number

  private constructor(path: string, handle: FileHandle, last: { place?: string; end: number }) {
    this.#path = path
    this.#handle = handle
    this.lastPlace = last.place
    this.#end = last.end
  }

  /** Makes the file, or opens one of the same header. Throws OUTPUT_FAILED. The caller closes it. */
  static async open(path: string, header: ExportHeader): Promise<ExportFile> {
    const handle = await writing(path, async () => {
      // Appending would ignore where to write.
      const made = await open(path, 'wx+', 0o600).catch(() => undefined)
      return made ?? open(path, 'r+')
    })
    try {
      const { size } = await handle.stat()
      if (size === 0) return new ExportFile(path, handle, { end: 0 })
      const first = parse(await readPart(handle, 0, size))
      if (first?.user !== header.user || first.epoch !== header.epoch)
        throw new ChatwsError(
          'OUTPUT_FAILED',
          `${path} is there, and is no export of user ${header.user} of this database`,
        )
      const start = Math.max(0, size - 2 * LONGEST_LINE)
      const part = await readPart(handle, start, size)
      const end = part.lastIndexOf(0x0a) + 1
      const last = parse(part.subarray(part.lastIndexOf(0x0a, end - 2) + 1, end))
      await writing(path, () => handle.truncate(start + end))
      const place = last?.at
      return new ExportFile(path, handle, {
        end: start + end,
        ...(typeof place === 'string' ? { place } : {}),
      })
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    await writing(this.#path, () => this.#handle.write(bytes, 0, bytes.length, this.#end))
    this.#end += bytes.length
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

async function readPart(handle: FileHandle, start: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(size - start, 2 * LONGEST_LINE))
  await handle.read(buffer, 0, buffer.length, start)
  return buffer
}

/** What the first line says. */
function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(bytes.toString('utf8').split('\n')[0]!)
  } catch {
    return undefined
  }
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ChatwsError) throw cause
    throw new ChatwsError('OUTPUT_FAILED', `Cannot write ${path}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
