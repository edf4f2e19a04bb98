import type { ChatCensus } from '../chat-census.ts'
import { createAccessChangeStatements } from './access-change-statements.ts'
import type { Dialect } from './dialect.ts'
import { execute } from './json-rows.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** Who wrote where, in a database behind Prisma. */
export class PrismaChatCensus implements ChatCensus {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #changes: Pick<
    ReturnType<typeof createAccessChangeStatements>,
    'setMembers' | 'setChats'
  >

  constructor(database: PrismaDatabase, dialect: Dialect) {
    this.#database = database
    this.#dialect = dialect
    this.#changes = createAccessChangeStatements(dialect)
  }

  async nextChat(after: number): Promise<number | undefined> {
    const { parameter: p } = this.#dialect
    const [row] = await this.#query<{ chat_id: bigint }>(
      `SELECT m.chat_id AS chat_id FROM messages AS m WHERE m.chat_id > ${p(1)}
        ORDER BY m.chat_id LIMIT 1`,
      after,
    )
    return row && Number(row.chat_id)
  }

  async writersOf(chatId: number, after: number, limit: number) {
    const { parameter: p } = this.#dialect
    const rows = await this.#query<Record<'user_id' | 'messages' | 'first' | 'last', bigint>>(
      `SELECT s.sender_id AS user_id, count(*) AS messages, min(s.id) AS first, max(s.id) AS last
        FROM (SELECT m.id, m.sender_id FROM messages AS m
          WHERE m.chat_id = ${p(1)} AND m.id > ${p(2)} ORDER BY m.id LIMIT ${p(3)}) AS s
        GROUP BY s.sender_id`,
      ...[chatId, after, limit],
    )
    const writers = rows.map(({ user_id, messages, first }) => ({
      userId: Number(user_id),
      messages: Number(messages),
      firstId: Number(first),
    }))
    const looked = writers.reduce((sum, { messages }) => sum + messages, 0)
    const last = Math.max(...rows.map((row) => Number(row.last)))
    return { writers, last: looked === limit ? last : undefined }
  }

  async addMembers(chatId: number, userIds: readonly number[], owner: number): Promise<void> {
    const rows = userIds.map((userId) => ({
      ...{ chat_id: chatId, user_id: userId, joined_offset: 0 },
      role: userId === owner ? 'owner' : 'member',
    }))
    await storing(() => execute(this.#database, this.#changes.setMembers, rows))
  }

  async addChat({
    chatId,
    owner,
    members,
    createdAt,
  }: Parameters<ChatCensus['addChat']>[0]): Promise<void> {
    const row = {
      ...{ id: chatId, visibility: 'private', history: 'all', slow_mode: 0, created_by: owner },
      ...{ created_at: this.#dialect.timestamp(createdAt), member_count: members },
    }
    await storing(() => execute(this.#database, this.#changes.setChats, [row]))
  }

  #query<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return storageErrors(() => this.#database.$queryRawUnsafe<Row[]>(sql, ...values))
  }
}
