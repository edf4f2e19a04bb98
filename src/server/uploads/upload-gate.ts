import type { ClientFrame } from '../../protocol/client-frames.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { areUploadNames, readUploadNames } from '../../protocol/upload-name.ts'
import type { UploadRecords } from '../../storage/upload-records.ts'

/** Frames of one sender that may wait for the files of an earlier one to be looked up. */
const MAX_WAITING = 1_000

/** Who sends a frame; the object itself tells one connection from another. */
export interface Sender {
  readonly userId: number
}

interface Line {
  length: number
  /** Settles when the last frame so far has had its turn. */
  last: Promise<void>
}

/**
 * Lets a message that names uploads pass only if its sender may use them. Whatever the sender
 * sends after it waits for that, so that its frames are acted on in order.
 */
export class UploadGate {
  readonly #records: UploadRecords
  readonly #lines = new Map<Sender, Line>()

  constructor(records: UploadRecords) {
    this.#records = records
  }

  /**
   * Resolves when a frame may be acted on, after all that its sender sent before, or rejects with
   * the ChatwsError that says why not; undefined where it may be at once.
   */
  check(frame: ClientFrame, sender: Sender): Promise<void> | undefined {
    const names = 'file_paths' in frame ? readUploadNames(frame.file_paths ?? '') : undefined
    const line = this.#lines.get(sender)
    if (!line && !names) return undefined
    if (line && line.length >= MAX_WAITING)
      return Promise.reject(
        new ChatwsError('STORAGE_UNAVAILABLE', 'Too many messages wait for a file'),
      )
    return this.#enqueue(sender, line ?? { length: 0, last: Promise.resolve() }, async () => {
      const { file_type } = frame as { file_type?: string }
      if (names) await this.#claim(names, sender.userId, file_type)
    })
  }

  /** Resolves when no frame waits any more. */
  async flush(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ last }) => last))
  }

  /** What waits for the returned promise is called before the next frame has its turn. */
  #enqueue(sender: Sender, line: Line, turn: () => Promise<void>): Promise<void> {
    line.length += 1
    const checked = line.last.then(turn)
    line.last = checked
      .catch(() => {})
      .finally(() => {
        line.length -= 1
        if (line.length === 0) this.#lines.delete(sender)
      })
    this.#lines.set(sender, line)
    return checked
  }

  /** Notes that a message of `userId` names these files. Throws why it may not. */
  async #claim(names: readonly string[], userId: number, fileType?: string): Promise<void> {
    const wanted = [...new Set(names)]
    const missing = () =>
      new ChatwsError('NOT_FOUND', 'file_paths: names an upload that is not there, or not yours')
    if (!areUploadNames(names)) throw missing()
    const found = await this.#records.findOwn(wanted, userId)
    if (found.length < wanted.length) throw missing()
    const types = new Map(found.map((record) => [record.name, record.fileType]))
    checkTypes(
      names.map((name) => types.get(name)!),
      fileType,
    )
    // An orphan may have been collected since.
    if ((await this.#records.use(wanted, new Date())) < wanted.length) throw missing()
  }
}

/** Throws unless what a message says of its files, for all or for each, is what they are. */
function checkTypes(actual: readonly string[], said: string | undefined): void {
  if (said === undefined) return
  const types = said.split(',').map((type) => type.trim())
  const agrees =
    types.length === 1
      ? actual.every((type) => type === types[0])
      : types.length === actual.length && actual.every((type, i) => type === types[i])
  if (!agrees) {
    const message = `file_type: the files are of type ${[...new Set(actual)].join(', ')}`
    throw new ChatwsError('INVALID_FRAME', message)
  }
}
