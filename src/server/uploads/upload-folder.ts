import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ChatwsError } from '../../protocol/error.ts'
import { UPLOAD_TYPES } from '../../protocol/upload-types.ts'
import { TypeSniffer } from './type-sniffer.ts'

/** What a file in the folder is. */
export interface SavedFile {
  readonly name: string
  readonly fileType: string
  readonly sizeBytes: number
}

/** The ending of a file that is still being written. */
const DRAFT = 'part'

/** A name that nobody can guess. */
function createUploadName(extension: string): string {
  return `${randomBytes(16).toString('hex')}.${extension}`
}

/** The folder that holds uploaded files, each under a name that the server chose. */
export class UploadFolder {
  /** Absolute. */
  readonly path: string
  readonly #saving = new Set<Promise<unknown>>()

  private constructor(path: string) {
    this.path = path
  }

  /** Creates the folder if need be. Throws UPLOADS_UNAVAILABLE when files cannot be kept there. */
  static async open(path: string): Promise<UploadFolder> {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 })
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (cause) {
      const { message } = cause as Error
      throw new ChatwsError(
        'UPLOADS_UNAVAILABLE',
        `Uploads cannot be kept in ${resolve(path)}: ${message}`,
        { cause },
      )
    }
    return new UploadFolder(resolve(path))
  }

  /**
   * Writes a file as it comes, and keeps it only if it is whole, not too large and of an allowed
   * type. Throws TOO_LARGE, UNSUPPORTED_TYPE, STORAGE_UNAVAILABLE where the folder does not take it,
   * and what `content` throws.
   */
  save(content: Readable, allowed: readonly string[], maxBytes: number): Promise<SavedFile> {
    const saving = this.#save(content, allowed, maxBytes)
    this.#saving.add(saving)
    const forget = () => void this.#saving.delete(saving)
    saving.then(forget, forget)
    return saving
  }

  /** Resolves when all files under way are kept, or nothing of them is left. */
  async finished(): Promise<void> {
    await Promise.allSettled(this.#saving)
  }

  async #save(content: Readable, allowed: readonly string[], maxBytes: number) {
    const draft = join(this.path, createUploadName(DRAFT))
    const file = await kept(open(draft, 'wx', 0o600))
    try {
      const sniffer = new TypeSniffer(allowed)
      let sizeBytes = 0
      for await (const chunk of content as AsyncIterable<Buffer>) {
        sizeBytes += chunk.length
        if (sizeBytes > maxBytes)
          throw new ChatwsError('TOO_LARGE', `The file has more than ${maxBytes} bytes`)
        await sniffer.push(chunk)
        await kept(file.appendFile(chunk))
      }
      if (sizeBytes === 0) throw new ChatwsError('INVALID_REQUEST', 'The file is empty')
      const fileType = await sniffer.end()
      // A message that names it outlives a crash; so must the file.
      await kept(file.datasync())
      await kept(file.close())
      const name = createUploadName(UPLOAD_TYPES.get(fileType)!.extension)
      await kept(rename(draft, join(this.path, name)))
      return { name, fileType, sizeBytes }
    } catch (error) {
      await file.close().catch(() => {})
      await rm(draft, { force: true })
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true })
  }

  /** The names of files last written before a time, those that were never finished among them. */
  async *filesBefore(time: Date): AsyncGenerator<string> {
    for await (const { name } of await opendir(this.path)) {
      const info = await stat(join(this.path, name)).catch(() => undefined)
      if (info?.isFile() && info.mtime < time) yield name
    }
  }
}

/** What the folder answers: whatever it fails with is no fault of who sent the file. */
async function kept<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new ChatwsError('STORAGE_UNAVAILABLE', 'The file cannot be kept now', { cause })
  }
}
