import { chatKey } from '../../protocol/chat.ts'
import {
  type AccessReferences,
  DAY_MS,
  type KnownAccess,
  noKnownAccess,
  type Place,
  pairKey,
} from '../access-changes.ts'
import { pinCountKey, reportKey } from '../access-references.ts'
import { targetKey } from '../target.ts'
import {
  type BanRow,
  type ChatRow,
  type MemberRow,
  type ReportRow,
  type StandingRow,
  toBan,
  toChat,
  toMember,
  toReport,
  toStanding,
  toUser,
  type UserRow,
} from './access-rows.ts'
import type { Dialect } from './dialect.ts'
import { toIso } from './entry-row.ts'
import { query } from './json-rows.ts'
import type { KnownAccessStatements } from './known-access-statements.ts'
import type { RawQueries } from './prisma-database.ts'

type PlaceRow = ChatRow & {
  [Column in keyof (MemberRow & StandingRow)]: (MemberRow & StandingRow)[Column] | null
}
type Draft<Known> = { -readonly [Key in keyof Known]: Known[Key] }

interface Asked {
  readonly references: AccessReferences
  /** ISO 8601. */
  readonly createdAt: string
}

/** Reads what a batch depends on of chats, members and users; asks only for what it names. */
export class AccessReader {
  readonly #statements: KnownAccessStatements
  readonly #timestamp: Dialect['timestamp']

  constructor(statements: KnownAccessStatements, { timestamp }: Pick<Dialect, 'timestamp'>) {
    this.#statements = statements
    this.#timestamp = timestamp
  }

  /** @param asked what a batch names, and when it is stored */
  async read(tx: RawQueries, asked: Asked): Promise<KnownAccess> {
    const { references } = asked
    const known: Draft<KnownAccess> = noKnownAccess()
    const statements = this.#statements
    const { makesChats, makesReports } = references
    if (makesChats) known.nextChatId = await readId(tx, statements.nextChatId)
    if (makesReports) known.nextReportId = await readId(tx, statements.nextReportId)
    await this.#readChats(tx, references, known)
    await this.#readUsers(tx, asked, known)
    await this.#readMessages(tx, references, known)
    return known
  }

  async #readChats(
    tx: RawQueries,
    references: AccessReferences,
    known: Draft<KnownAccess>,
  ): Promise<void> {
    const statements = this.#statements
    const directs = await query<{ chat_id: bigint; direct: string }>(
      tx,
      statements.directs,
      [...references.directs].map((direct) => ({ direct })),
    )
    const places = [...references.places]
    const banned = [...references.bans]
    const reportIds = new Set(references.reports.map(({ reportId }) => reportId))
    for (const row of await query<ReportRow>(tx, statements.reports, idRows(reportIds)))
      known.reports.set(Number(row.id), toReport(row))
    for (const { reportId, userId } of references.reports) {
      const report = known.reports.get(reportId)
      if (report?.kind !== 'chat') continue
      places.push({ chatId: report.chatId, userId })
      banned.push({ chatId: report.chatId, userId })
    }
    for (const { chat_id, direct } of directs) {
      known.directs.set(direct, Number(chat_id))
      for (const userId of direct.split(' '))
        places.push({ chatId: Number(chat_id), userId: Number(userId) })
    }
    for (const row of await query<PlaceRow>(tx, statements.places, places.map(placeRow))) {
      const chatId = Number(row.chat_id)
      if (!known.chats.has(chatId)) known.chats.set(chatId, toChat(row))
      if (row.role !== null)
        known.members.set(pairKey(chatId, Number(row.user_id)), toMember(row as MemberRow))
      if (row.standing_of !== null)
        known.standings.set(pairKey(chatId, Number(row.user_id)), toStanding(row as StandingRow))
    }
    known.ownerCounts = await readCounts(tx, statements.ownerCounts, references.ownersOf)
    const bans = await query<BanRow>(tx, statements.bans, banned.map(placeRow))
    for (const row of bans)
      known.bans.set(pairKey(Number(row.chat_id), Number(row.user_id)), toBan(row))
    const customers = await query<{ id: bigint; customer: bigint }>(
      tx,
      statements.customers,
      idRows(references.customers),
    )
    for (const { id, customer } of customers) known.customers.set(Number(id), Number(customer))
  }

  async #readUsers(
    tx: RawQueries,
    { references, createdAt }: Asked,
    known: Draft<KnownAccess>,
  ): Promise<void> {
    const statements = this.#statements
    const inDirects = [...known.chats.values()].flatMap(({ direct }) => {
      if (!direct) return []
      const [one, other] = direct
      return [
        { user_id: one, blocked_id: other },
        { user_id: other, blocked_id: one },
      ]
    })
    const asked = references.blocks.map(({ userId, blockedId }) => ({
      ...{ user_id: userId, blocked_id: blockedId },
    }))
    const blocks = await query<{ user_id: bigint; blocked_id: bigint }>(tx, statements.blocks, [
      ...asked,
      ...inDirects,
    ])
    for (const row of blocks) known.blocks.add(pairKey(Number(row.user_id), Number(row.blocked_id)))
    for (const row of await query<UserRow>(tx, statements.users, idRows(references.users)))
      known.users.set(Number(row.id), toUser(row))
    const chatsOf = new Map<number, number[]>()
    for (const userId of references.chatsOfUsers) chatsOf.set(userId, [])
    const chats = await query<{ id: bigint; chat_id: bigint }>(
      tx,
      statements.chatsOfUsers,
      idRows(references.chatsOfUsers),
    )
    for (const row of chats) chatsOf.get(Number(row.id))?.push(Number(row.chat_id))
    known.chatsOfUsers = chatsOf
    const counts = await query<{ id: bigint; count: bigint; by_others: bigint }>(
      tx,
      statements.chatCounts,
      idRows(references.chatCounts),
    )
    for (const { id, count, by_others } of counts) {
      const byOthers = Number(by_others)
      known.chatCounts.set(Number(id), { own: Number(count) - byOthers, byOthers })
    }
    const since = this.#timestamp(new Date(Date.parse(createdAt) - DAY_MS).toISOString())
    const made = await query<{ id: bigint; count: bigint; oldest: Date | string }>(
      tx,
      statements.madeChats,
      idRows(references.makers),
      since,
    )
    for (const { id, count, oldest } of made)
      known.madeChats.set(Number(id), { count: Number(count), oldest: toIso(oldest) })
    known.blockCounts = await readCounts(tx, statements.blockCounts, references.blockCounts)
  }

  async #readPreferences(
    tx: RawQueries,
    references: AccessReferences,
    known: Draft<KnownAccess>,
  ): Promise<void> {
    const settings = await query<SettingsRow>(
      tx,
      this.#statements.settings,
      references.settings.map(({ userId, kind, chatId }) => ({
        ...{ user_id: userId, kind, chat_id: chatId },
      })),
    )
    for (const { user_id, kind, chat_id, notify } of settings)
      known.settings.set(`${user_id} ${chatKey(kind, Number(chat_id))}`, notify)
    const follows = await query<
      MessageRow & { user_id: bigint; followed: boolean | number | bigint }
    >(
      tx,
      this.#statements.follows,
      references.follows.map(({ userId, kind, messageId }) => ({
        ...{ user_id: userId, kind, message_id: messageId },
      })),
    )
    for (const { user_id, kind, message_id, followed } of follows)
      known.follows.set(`${user_id} ${targetKey(kind, Number(message_id))}`, Boolean(followed))
  }

  async #readMessages(
    tx: RawQueries,
    references: AccessReferences,
    known: Draft<KnownAccess>,
  ): Promise<void> {
    const statements = this.#statements
    const reported = await query<MessageRow & { id: bigint; reporter_id: bigint }>(
      tx,
      statements.reported,
      references.reported.map(({ kind, messageId, reporterId }) => ({
        ...{ kind, message_id: messageId, reporter_id: reporterId },
      })),
    )
    for (const row of reported)
      known.reported.set(
        reportKey(row.kind, Number(row.message_id), Number(row.reporter_id)),
        Number(row.id),
      )
    await this.#readPreferences(tx, references, known)
    const pinned = await query<MessageRow>(
      tx,
      statements.pinned,
      references.pinned.map(({ kind, messageId }) => ({ kind, message_id: messageId })),
    )
    for (const row of pinned) known.pinned.add(targetKey(row.kind, Number(row.message_id)))
    const chats = new Map(
      references.pinned.map(({ kind, chatId }) => [
        pinCountKey(kind, chatId),
        { kind, chat_id: chatId },
      ]),
    )
    const counts = await query<{ kind: 'chat' | 'support'; chat_id: bigint; count: bigint }>(
      tx,
      statements.pinCounts,
      [...chats.values()],
    )
    for (const row of counts)
      known.pinCounts.set(pinCountKey(row.kind, Number(row.chat_id)), Number(row.count))
  }
}

interface SettingsRow {
  user_id: bigint
  kind: 'chat' | 'support'
  chat_id: bigint
  notify: 'all' | 'mentions' | 'none'
}

interface MessageRow {
  kind: 'chat' | 'support'
  message_id: bigint
}

function placeRow({ chatId, userId }: Place): object {
  return { chat_id: chatId, user_id: userId }
}

function idRows(ids: Iterable<number>): object[] {
  return Array.from(ids, (id) => ({ id }))
}

async function readId(tx: RawQueries, sql: string): Promise<number> {
  const [row] = await tx.$queryRawUnsafe<{ id: bigint }[]>(sql)
  return Number(row!.id)
}

async function readCounts(
  tx: RawQueries,
  sql: string,
  ids: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const rows = await query<{ id: bigint; count: bigint }>(tx, sql, idRows(ids))
  return new Map(rows.map(({ id, count }) => [Number(id), Number(count)]))
}
