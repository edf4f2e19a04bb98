import { TextDecoder } from 'node:util'
import { ChatwsError } from '../../protocol/error.ts'

/** How much of a file tells its type: what `file-type` asks for. */
const HEAD_BYTES = 4_100

/** A type as `file-type` calls it → as it is called here. */
const ALIASES: Readonly<Record<string, string>> = { 'image/apng': 'image/png' }

/** Control characters that text has no use for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f]/

/**
 * Tells the type of a file from its content while that passes by, and refuses one that is not
 * allowed as soon as its beginning is known. What has no mark of its own is text if all of it is
 * UTF-8 without control characters.
 */
export class TypeSniffer {
  readonly #allowed: readonly string[]
  #head: Buffer[] = []
  #headBytes = 0
  #type: string | undefined
  /** Set while the file may be text. */
  #decoder: TextDecoder | undefined

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed
  }

  /** Looks at the next part of the file. Throws UNSUPPORTED_TYPE. */
  async push(chunk: Buffer): Promise<void> {
    if (this.#type !== undefined) {
      this.#checkText(chunk)
      return
    }
    this.#head.push(chunk)
    this.#headBytes += chunk.length
    if (this.#headBytes >= HEAD_BYTES) await this.#decide()
  }

  /** The type of the file that has passed. Throws UNSUPPORTED_TYPE. */
  async end(): Promise<string> {
    if (this.#type === undefined) await this.#decide()
    if (this.#decoder) this.#decode()
    return this.#type!
  }

  async #decide(): Promise<void> {
    // Loaded with the first upload: many servers never see one.
    const { fileTypeFromBuffer } = await import('file-type')
    const head = Buffer.concat(this.#head, this.#headBytes)
    this.#head = []
    const found = (await fileTypeFromBuffer(head.subarray(0, HEAD_BYTES)))?.mime
    const type = found === undefined ? 'text/plain' : (ALIASES[found] ?? found)
    if (!this.#allowed.includes(type))
      throw new ChatwsError('UNSUPPORTED_TYPE', `Files of type ${found ?? type} are not accepted`)
    this.#type = type
    if (type !== 'text/plain') return
    this.#decoder = new TextDecoder('utf-8', { fatal: true })
    this.#checkText(head)
  }

  #checkText(chunk: Buffer): void {
    if (this.#decoder && NOT_TEXT.test(this.#decode(chunk)))
      throw new ChatwsError('UNSUPPORTED_TYPE', 'The file is of no type that is accepted')
  }

  #decode(chunk?: Buffer): string {
    try {
      return chunk ? this.#decoder!.decode(chunk, { stream: true }) : this.#decoder!.decode()
    } catch (cause) {
      throw new ChatwsError('UNSUPPORTED_TYPE', 'The file is of no type that is accepted', {
        cause,
      })
    }
  }
}
