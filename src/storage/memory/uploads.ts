import type { UploadRecord, UploadRecords } from '../upload-records.ts'
import type { MemoryLog } from './memory-log.ts'

interface KeptRecord extends UploadRecord {
  createdAt: Date
  /** When a message last named it. */
  usedAt: Date | undefined
}

/** The records in memory. */
export class MemoryUploads implements UploadRecords {
  readonly #log: MemoryLog
  /** Name → the record, in the order in which they came. */
  readonly #records = new Map<string, KeptRecord>()

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async add(record: UploadRecord, createdAt: Date): Promise<void> {
    this.#records.set(record.name, { ...record, createdAt, usedAt: undefined })
  }

  async findOwn(names: readonly string[], ownerId: number): Promise<UploadRecord[]> {
    return this.#find(names)
      .filter((record) => record.ownerId === ownerId)
      .map(({ name, fileType, sizeBytes }) => ({ name, ownerId, fileType, sizeBytes }))
  }

  async use(names: readonly string[], usedAt: Date): Promise<number> {
    const records = this.#find(names)
    for (const record of records) record.usedAt = usedAt
    return records.length
  }

  async findUnused(createdBefore: Date, limit: number): Promise<string[]> {
    return [...this.#records.values()]
      .filter(({ usedAt, createdAt }) => usedAt === undefined && createdAt < createdBefore)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
      .slice(0, limit)
      .map(({ name }) => name)
  }

  async removeUnused(name: string): Promise<boolean> {
    const record = this.#unused(name)
    if (!record || this.#log.isNamed(name, record.ownerId)) return false
    return this.#records.delete(name)
  }

  async keepNamed(name: string, usedAt: Date): Promise<boolean> {
    const record = this.#unused(name)
    if (!record || !this.#log.isNamed(name, record.ownerId)) return false
    record.usedAt = usedAt
    return true
  }

  async sizeOf(ownerId: number): Promise<number> {
    return [...this.#records.values()]
      .filter((record) => record.ownerId === ownerId)
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  async findKnown(names: readonly string[]): Promise<string[]> {
    return this.#find(names).map(({ name }) => name)
  }

  async release(usedBefore: Date, now: Date): Promise<number> {
    const records = [...this.#records.values()].filter(
      ({ usedAt }) => usedAt !== undefined && (usedAt < usedBefore || usedAt > now),
    )
    for (const record of records) record.usedAt = undefined
    return records.length
  }

  /** Who uploaded a file. */
  ownerOf(name: string): number | undefined {
    return this.#records.get(name)?.ownerId
  }

  /** The messages that named these files are deleted: from now on nothing uses them. */
  releaseNamed(files: readonly { name: string; ownerId: number }[], at: string): void {
    for (const { name, ownerId } of files) {
      const record = this.#records.get(name)
      if (record?.ownerId !== ownerId) continue
      record.usedAt = undefined
      record.createdAt = new Date(at)
    }
  }

  #find(names: readonly string[]): KeptRecord[] {
    return [...new Set(names)].flatMap((name) => this.#records.get(name) ?? [])
  }

  #unused(name: string): KeptRecord | undefined {
    const record = this.#records.get(name)
    return record?.usedAt === undefined ? record : undefined
  }
}
