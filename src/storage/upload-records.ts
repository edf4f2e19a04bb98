import { ChatwsError } from '../protocol/error.ts'

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

  /** Forgets a file unless a message has named it; true when it did. */
  removeUnused(name: string): Promise<boolean>

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
  created_at: Date
  used_at: Date | null
}

type Condition = Record<string, unknown>

/** What is used of the model `uploads` of a generated Prisma client, whichever the provider. */
export interface UploadModel {
  create(query: { data: Row }): Promise<unknown>
  findMany(query: { where: Condition; take?: number; orderBy?: object }): Promise<Row[]>
  updateMany(query: { where: Condition; data: Partial<Row> }): Promise<{ count: number }>
  deleteMany(query: { where: Condition }): Promise<{ count: number }>
}

/** The records in a database behind Prisma. */
export class PrismaUploads implements UploadRecords {
  readonly #model: UploadModel

  constructor(model: UploadModel) {
    this.#model = model
  }

  async add({ name, ownerId, fileType, sizeBytes }: UploadRecord, createdAt: Date): Promise<void> {
    const row = {
      name,
      owner_id: BigInt(ownerId),
      file_type: fileType,
      size_bytes: BigInt(sizeBytes),
      created_at: createdAt,
      used_at: null,
    }
    await available(() => this.#model.create({ data: row }))
  }

  async findOwn(names: readonly string[], ownerId: number): Promise<UploadRecord[]> {
    const where = { name: { in: names }, owner_id: BigInt(ownerId) }
    const rows = await available(() => this.#model.findMany({ where }))
    return rows.map((row) => ({
      name: row.name,
      ownerId: Number(row.owner_id),
      fileType: row.file_type,
      sizeBytes: Number(row.size_bytes),
    }))
  }

  async use(names: readonly string[], usedAt: Date): Promise<number> {
    const update = { where: { name: { in: names } }, data: { used_at: usedAt } }
    return (await available(() => this.#model.updateMany(update))).count
  }

  async findUnused(createdBefore: Date, limit: number): Promise<string[]> {
    const where = { used_at: null, created_at: { lt: createdBefore } }
    const query = { where, take: limit, orderBy: { created_at: 'asc' } }
    return (await available(() => this.#model.findMany(query))).map(({ name }) => name)
  }

  async removeUnused(name: string): Promise<boolean> {
    const where = { name, used_at: null }
    return (await available(() => this.#model.deleteMany({ where }))).count > 0
  }

  async findKnown(names: readonly string[]): Promise<string[]> {
    const where = { name: { in: names } }
    return (await available(() => this.#model.findMany({ where }))).map(({ name }) => name)
  }

  async release(usedBefore: Date): Promise<number> {
    const update = { where: { used_at: { lt: usedBefore } }, data: { used_at: null } }
    return (await available(() => this.#model.updateMany(update))).count
  }
}

async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new ChatwsError('STORAGE_UNAVAILABLE', 'The database does not answer', { cause })
  }
}
