import type {
  PersonalPlace,
  PersonalRecord,
  PersonalRecords,
  PersonalSection,
  PersonalTable,
  ScrubbedEvent,
  ScrubbedReport,
} from '../personal-records.ts'
import type { Dialect } from './dialect.ts'
import { toIso } from './entry-row.ts'
import { execute } from './json-rows.ts'
import type { MessageSearch } from './message-search.ts'
import { createPersonalStatements, type PersonalStatements } from './personal-statements.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

type Row = Record<string, unknown>

/** Older than any file that a server waits with. */
const LONG_AGO = new Date(0).toISOString()

const TIMES = /^at$|_at$|until$|_since$|^last_written$/
const FLAGS = new Set(['removed', 'followed', 'stands'])
const JSONS = new Set(['data', 'detail'])

/** What is kept of users in a database behind Prisma. */
export class PrismaPersonalRecords implements PersonalRecords {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #search: MessageSearch
  readonly #statements: PersonalStatements

  constructor(database: PrismaDatabase, dialect: Dialect, search: MessageSearch) {
    this.#database = database
    this.#dialect = dialect
    this.#search = search
    this.#statements = createPersonalStatements(dialect)
  }

  async read(
    section: PersonalSection,
    userId: number,
    { after, limit }: { readonly after: PersonalPlace | undefined; readonly limit: number },
  ): Promise<PersonalRecord[]> {
    const place = after ?? this.#statements.starts[section]
    const rows = await this.#query<Row>(this.#statements.read[section], userId, ...place, limit)
    return rows.map((row) => toRecord(section, row))
  }

  remove(table: PersonalTable, userId: number, limit: number): Promise<number> {
    return storing(() =>
      this.#database.$executeRawUnsafe(this.#statements.remove[table], userId, limit),
    )
  }

  async removeReactions(
    userId: number,
    messages: Parameters<PersonalRecords['removeReactions']>[1],
  ): Promise<void> {
    const rows = messages.map(({ kind, messageId }) => ({ kind, message_id: messageId }))
    await this.#store(this.#statements.removeReactions, rows, userId)
  }

  async scrubEvents(events: readonly ScrubbedEvent[]): Promise<void> {
    const rows = events.map(({ offset, messageId, data }) => ({
      ...{ offset, message_id: messageId, data: JSON.stringify(data) },
    }))
    await this.#store(this.#statements.scrubEvents, rows)
  }

  async scrubReports(reports: readonly ScrubbedReport[]): Promise<void> {
    await this.#store(this.#statements.scrubReports, reports)
  }

  async findReportEvent({
    reporterId,
    kind,
    messageId,
  }: Parameters<PersonalRecords['findReportEvent']>[0]) {
    const sql = this.#statements.findReportEvent
    const [row] = await this.#query<Row>(sql, reporterId, kind, messageId)
    return row && { offset: Number(row.offset), data: JSON.parse(String(row.data)) as object }
  }

  async findNamings(userId: number, after: number, width: number): Promise<number[]> {
    const rows = await this.#query<Row>(
      this.#statements.findNamings,
      ...[userId, after, after + width],
    )
    return rows.map(({ offset }) => Number(offset))
  }

  async heirOf(chatId: number, userId: number): Promise<number | undefined> {
    const [row] = await this.#query<Row>(this.#statements.heirOf, chatId, userId)
    return row && row.role !== 'owner' ? Number(row.user_id) : undefined
  }

  async releaseUploads(names: readonly string[]): Promise<void> {
    const rows = names.map((name) => ({ name }))
    await this.#store(this.#statements.releaseUploads, rows, this.#dialect.timestamp(LONG_AGO))
  }

  async forgetWords(): Promise<void> {
    await storing(() => this.#search.catchUp())
  }

  #query<Found>(sql: string, ...values: unknown[]): Promise<Found[]> {
    return storageErrors(() => this.#database.$queryRawUnsafe<Found[]>(sql, ...values))
  }

  #store(sql: string, rows: readonly object[], ...values: unknown[]): Promise<void> {
    return storing(() => execute(this.#database, sql, rows, ...values))
  }
}

function toRecord(section: PersonalSection, row: Row): PersonalRecord {
  const place: (string | number)[] = []
  const fields: Row = {}
  for (const [name, raw] of Object.entries(row)) {
    const value = typeof raw === 'bigint' ? Number(raw) : raw
    if (name.startsWith('key_')) place.push(value as string | number)
    else if (value !== null) fields[name] = fieldOf(section, name, value)
  }
  return { place, fields }
}

function fieldOf(section: PersonalSection, name: string, value: unknown): unknown {
  if (TIMES.test(name)) return toIso(value as Date | string)
  if (FLAGS.has(name)) return Boolean(value)
  // A message's mentions are a list; a section of that name has none.
  if (JSONS.has(name) || (name === 'mentions' && section !== 'mentions'))
    return JSON.parse(String(value))
  return value
}
