import { StepSize } from '../step-size.ts'
import type { UploadRecord, UploadRecords } from '../upload-records.ts'
import type { Dialect } from './dialect.ts'
import { type RawQueries, storageErrors, storing } from './prisma-database.ts'
import type { UploadStatements } from './upload-statements.ts'

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

  async release(usedBefore: Date, now: Date): Promise<number> {
    const times = [this.#time(usedBefore), this.#time(now)]
    const steps = new StepSize()
    for (let released = 0; ; await steps.rest()) {
      const { rows } = steps
      const count = await steps.take(() => this.#execute(this.#statements.release, ...times, rows))
      released += count
      if (count < rows) return released
    }
  }

  #time(date: Date): string {
    return this.#timestamp(date.toISOString())
  }

  #query<T>(sql: string, ...values: unknown[]): Promise<T[]> {
    return storageErrors(() => this.#database.$queryRawUnsafe<T[]>(sql, ...values))
  }

  #execute(sql: string, ...values: unknown[]): Promise<number> {
    return storing(() => this.#database.$executeRawUnsafe(sql, ...values))
  }
}
