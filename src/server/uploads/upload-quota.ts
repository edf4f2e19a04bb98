import { ChatwsError } from '../../protocol/error.ts'
import type { UploadRecords } from '../../storage/upload-records.ts'

/** Uploads that may be under way at once: of all users, and of one. */
const MAX_CONCURRENT = 64
const MAX_CONCURRENT_OF_USER = 8

/** What a form may be larger than the file in it. */
const FORM_BYTES = 16 * 1024

/** An upload that may begin. */
export interface UploadPlace {
  /** What its file may have at most. */
  readonly maxBytes: number
  /** To be called once, when it is over, however it ended. */
  leave(): void
}

/** The uploads of one user that are under way, and the bytes that are kept free for them. */
interface UnderWay {
  count: number
  bytes: number
}

/** How much each user may upload, at once and in all. */
export class UploadQuota {
  readonly #records: Pick<UploadRecords, 'sizeOf'>
  readonly #maxBytes: number
  readonly #quotaBytes: number
  readonly #underWay = new Map<number, UnderWay>()
  #count = 0

  /**
   * @param maxBytes what one file may have
   * @param quotaBytes what the files of one user may have together; 0 is no limit
   */
  constructor(
    records: Pick<UploadRecords, 'sizeOf'>,
    { maxBytes, quotaBytes }: { maxBytes: number; quotaBytes: number },
  ) {
    this.#records = records
    this.#maxBytes = maxBytes
    this.#quotaBytes = quotaBytes
  }

  /**
   * Lets an upload begin whose form has so many bytes, as far as that is said. Throws TOO_LARGE,
   * QUOTA_EXCEEDED, RATE_LIMITED and UNAVAILABLE.
   */
  async enter(ownerId: number, formBytes: number | undefined): Promise<UploadPlace> {
    const fileBytes = formBytes ?? this.#maxBytes
    if (fileBytes > this.#maxBytes + FORM_BYTES)
      throw new ChatwsError('TOO_LARGE', `The file has more than ${this.#maxBytes} bytes`)
    if (this.#count >= MAX_CONCURRENT)
      throw new ChatwsError('UNAVAILABLE', 'Too many files come at once')
    const own = this.#underWay.get(ownerId) ?? { count: 0, bytes: 0 }
    if (own.count >= MAX_CONCURRENT_OF_USER)
      throw new ChatwsError('RATE_LIMITED', 'Too many files of yours come at once')
    this.#underWay.set(ownerId, own)
    this.#count += 1
    own.count += 1
    let maxBytes = 0
    const leave = () => {
      this.#count -= 1
      own.count -= 1
      own.bytes -= maxBytes
      if (own.count === 0) this.#underWay.delete(ownerId)
    }
    try {
      const leftBytes = await this.#leftBytes(ownerId, own)
      if (leftBytes <= 0 || fileBytes > leftBytes + FORM_BYTES)
        throw new ChatwsError(
          'QUOTA_EXCEEDED',
          `Your files may have ${this.#quotaBytes} bytes together: delete messages with files`,
        )
      maxBytes = Math.min(this.#maxBytes, leftBytes, fileBytes)
      own.bytes += maxBytes
      return { maxBytes, leave }
    } catch (error) {
      leave()
      throw error
    }
  }

  async #leftBytes(ownerId: number, own: UnderWay): Promise<number> {
    if (this.#quotaBytes === 0) return Number.POSITIVE_INFINITY
    return this.#quotaBytes - (await this.#records.sizeOf(ownerId)) - own.bytes
  }
}
