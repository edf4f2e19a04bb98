import { ChatwsError } from '../protocol/error.ts'
import type { Dialect } from './dialect.ts'
import type { RawQueries } from './prisma-database.ts'
import type { UploadStatements } from './upload-statements.ts'

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
   * gone; returns how many files that were.
   */
  release(usedBefore: Date): Promise<number>
}

interface Row {
  name: string
  owner_id: bigint
  file_type: string
  size_bytes: bigint
}

/**
 * The records in a database behind Prisma. Raw statements, because Prisma's own would name the
 * schema `public` on PostgreSQL whatever the connection's search path is.
 */
export class PrismaUploads implements UploadRecords {
  readonly #database: RawQueries
  readonly #statements: UploadStatements
  readonly #timestamp: (iso: string) => string

  constructor(database: RawQueries, { uploads, timestamp }: Dialect) {
    this.#database = database
    this.#statements = uploads
    this.#timestamp = timestamp
  }

  async add({ name, ownerId, fileType, sizeBytes }: UploadRecord, createdAt: Date): Promise<void> {
    const values = [name, ownerId, fileType, sizeBytes, this.#time(createdAt)]
    await this.#execute(this.#statements.add, ...values)
  }

  async findOwn(names: readonly string[], ownerId: number): Promise<UploadRecord[]> {
    const rows = await this.#query<Row>(this.#statements.findOwn, JSON.stringify(names), ownerId)
    return rows.map((row) => ({
      name: row.name,
      ownerId: Number(row.owner_id),
      fileType: row.file_type,
      sizeBytes: Number(row.size_bytes),
    }))
  }

  use(names: readonly string[], usedAt: Date): Promise<number> {
    return this.#execute(this.#statements.use, JSON.stringify(names), this.#time(usedAt))
  }

  async findUnused(createdBefore: Date, limit: number): Promise<string[]> {
    const before = this.#time(createdBefore)
    const rows = await this.#query<Row>(this.#statements.findUnused, before, limit)
    return rows.map(({ name }) => name)
  }

  async removeUnused(name: string): Promise<boolean> {
    return (await this.#execute(this.#statements.removeUnused, name)) > 0
  }

  async keepNamed(name: string, usedAt: Date): Promise<boolean> {
    return (await this.#execute(this.#statements.keepNamed, name, this.#time(usedAt))) > 0
  }

  async sizeOf(ownerId: number): Promise<number> {
    const [row] = await this.#query<Pick<Row, 'size_bytes'>>(this.#statements.sizeOf, ownerId)
    return Number(row!.size_bytes)
  }

  async findKnown(names: readonly string[]): Promise<string[]> {
    const rows = await this.#query<Row>(this.#statements.findKnown, JSON.stringify(names))
    return rows.map(({ name }) => name)
  }

  release(usedBefore: Date): Promise<number> {
    return this.#execute(this.#statements.release, this.#time(usedBefore))
  }

  #time(date: Date): string {
    return this.#timestamp(date.toISOString())
  }

  #query<T>(sql: string, ...values: unknown[]): Promise<T[]> {
    return available(() => this.#database.$queryRawUnsafe<T[]>(sql, ...values))
  }

  #execute(sql: string, ...values: unknown[]): Promise<number> {
    return available(() => this.#database.$executeRawUnsafe(sql, ...values))
  }
}

async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new ChatwsError('STORAGE_UNAVAILABLE', 'The database does not answer', { cause })
  }
}
