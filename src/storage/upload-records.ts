/** What is known of an uploaded file; its bytes lie in the upload folder under its name. */
export interface UploadRecord {
  /** Chosen by the server. */
  readonly name: string
  readonly ownerId: number
  /** The media type that its content has. */
  readonly fileType: string
  readonly sizeBytes: number
}

/** The uploaded files, as the database knows them. Every method throws STORAGE_UNAVAILABLE. */
export interface UploadRecords {
  add(record: UploadRecord, createdAt: Date): Promise<void>

  /** Those of these files that belong to a user, in any order. */
  findOwn(names: readonly string[], ownerId: number): Promise<UploadRecord[]>

  /** Notes that a message names these files; returns how many of them there still are. */
  use(names: readonly string[], usedAt: Date): Promise<number>

  /** The names of up to `limit` files that are older and that no message has named. */
  findUnused(createdBefore: Date, limit: number): Promise<string[]>

  /** Forgets a file unless a message names it; true when it did. */
  removeUnused(name: string): Promise<boolean>

  /** Notes that a file is used after all, because a message names it; true when one does. */
  keepNamed(name: string, usedAt: Date): Promise<boolean>

  /** The bytes that the files of a user take together. */
  sizeOf(ownerId: number): Promise<number>

  /** Those of these names that are known. */
  findKnown(names: readonly string[]): Promise<string[]>

  /**
   * Forgets that messages named the files last named before a time, because those messages are
   * gone, or after `now`, because that cannot be; returns how many files that were. A file that a
   * message names all the same is kept by `keepNamed`.
   */
  release(usedBefore: Date, now: Date): Promise<number>
}
