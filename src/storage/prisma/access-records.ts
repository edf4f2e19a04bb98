import type { ChatKind } from '../../protocol/chat.ts'
import type {
  AccessRecords,
  AdminAction,
  Ban,
  FollowedThread,
  KnownChat,
  ListPage,
  Member,
  Membership,
  Reader,
  Report,
  ReportsPage,
  ThreadCursor,
  TokenPlace,
  UserProfile,
} from '../access-records.ts'
import type { MessageEntry } from '../entries.ts'
import type { KeptFor } from '../message-ages.ts'
import { hasWords, wordsOf } from '../search-text.ts'
import { nextTurn } from '../turns.ts'
import { createAccessChangeStatements } from './access-change-statements.ts'
import {
  type AccessRecordStatements,
  createAccessRecordStatements,
} from './access-record-statements.ts'
import {
  type ActRow,
  actRow,
  type BanRow,
  type ChatRow,
  type MemberRow,
  type ReportRow,
  type TokenPlaceRow,
  toAct,
  toBan,
  toChat,
  toMember,
  toMembership,
  toReport,
  toTokenPlace,
  toUser,
  type UserRow,
} from './access-rows.ts'
import type { Dialect } from './dialect.ts'
import { type EntryRow, toMessage } from './entry-row.ts'
import { FollowedThreads } from './followed-threads.ts'
import { execute } from './json-rows.ts'
import { readerValues } from './may-read.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** Public chats whose titles are looked at before others have a turn, and in all. */
const TITLE_STEP = 500
const MAX_TITLES = 100_000

/** Users of which one statement finds out whether they share a chat with another. */
const SHARING_STEP = 10

/** The records in a database behind Prisma. */
export class PrismaAccessRecords implements AccessRecords {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #statements: AccessRecordStatements
  readonly #addActs: string
  readonly #threads: FollowedThreads

  constructor(database: PrismaDatabase, dialect: Dialect) {
    this.#database = database
    this.#dialect = dialect
    this.#statements = createAccessRecordStatements(dialect)
    this.#addActs = createAccessChangeStatements(dialect).addActs
    this.#threads = new FollowedThreads(database, this.#statements)
  }

  async membershipsOf(userId: number, { after, limit }: ListPage): Promise<Membership[]> {
    const sql = this.#statements.membershipsOf
    const rows = await this.#query<{ membership: string }>(sql, userId, after, limit)
    return rows.map(({ membership }) => toMembership(membership))
  }

  async supportChatsOf(userId: number, { after, limit }: ListPage): Promise<number[]> {
    const sql = this.#statements.supportChatsOf
    const rows = await this.#query<{ id: bigint }>(sql, userId, after, limit)
    return rows.map(({ id }) => Number(id))
  }

  async findChats(chatIds: readonly number[]): Promise<KnownChat[]> {
    const rows = await this.#query<ChatRow>(this.#statements.findChats, idRows(chatIds))
    return rows.map(toChat)
  }

  async findMembers(chatId: number, userIds: readonly number[]): Promise<Member[]> {
    const sql = this.#statements.findMembers
    const rows = await this.#query<MemberRow>(sql, idRows(userIds), chatId)
    return rows.map(toMember)
  }

  async isBannedFrom(chatId: number, userId: number): Promise<boolean> {
    const now = this.#dialect.timestamp(new Date().toISOString())
    const rows = await this.#query(this.#statements.isBannedFrom, chatId, userId, now)
    return rows.length > 0
  }

  async enterByToken(userId: number, chatIds: readonly number[]): Promise<TokenPlace[]> {
    if (chatIds.length === 0) return []
    const find = async () => {
      const now = this.#dialect.timestamp(new Date().toISOString())
      const { tokenPlaces } = this.#statements
      return this.#query<TokenPlaceRow>(tokenPlaces, idRows(chatIds), userId, now)
    }
    const places = await find()
    const fresh = places.filter((row) => row.standing_joined_offset === null)
    if (fresh.length === 0) return places.map(toTokenPlace)
    const ids = idRows(fresh.map(({ chat_id }) => Number(chat_id)))
    await storing(() =>
      this.#database.$executeRawUnsafe(this.#statements.enterByToken, ids, userId),
    )
    return (await find()).map(toTokenPlace)
  }

  async customerOf(supportChatId: number): Promise<number | undefined> {
    const sql = this.#statements.customerOf
    const [row] = await this.#query<{ customer: bigint | null }>(sql, supportChatId)
    return row?.customer == null ? undefined : Number(row.customer)
  }

  async membersOf(chatId: number, { after, limit }: ListPage): Promise<Member[]> {
    const sql = this.#statements.membersOf
    const rows = await this.#query<MemberRow>(sql, chatId, after, limit)
    return rows.map(toMember)
  }

  async publicChats(page: Parameters<AccessRecords['publicChats']>[0]): Promise<KnownChat[]> {
    const words = wordsOf(page.text ?? '')
    const step = words.length === 0 ? page.limit : TITLE_STEP
    const found: KnownChat[] = []
    let after = page.after
    for (let looked = 0; looked < MAX_TITLES; looked += step) {
      if (looked > 0) await nextTurn()
      const rows = await this.#query<ChatRow>(this.#statements.publicChats, after, step)
      found.push(...rows.map(toChat).filter(({ title }) => hasWords(title ?? '', words)))
      if (rows.length < step || found.length >= page.limit) break
      after = Number(rows.at(-1)!.chat_id)
    }
    return found.slice(0, page.limit)
  }

  async findUsers(userIds: readonly number[]): Promise<UserProfile[]> {
    const rows = await this.#query<UserRow>(this.#statements.findUsers, idRows(userIds))
    return rows.map(toUser)
  }

  async sharingWith(userId: number, userIds: readonly number[]): Promise<number[]> {
    const sharing: number[] = []
    for (let from = 0; from < userIds.length; from += SHARING_STEP) {
      if (from > 0) await nextTurn()
      const ids = idRows(userIds.slice(from, from + SHARING_STEP))
      const rows = await this.#query<{ id: bigint }>(this.#statements.sharingWith, ids, userId)
      sharing.push(...rows.map(({ id }) => Number(id)))
    }
    return sharing
  }

  async blockedBy(userId: number): Promise<number[]> {
    const rows = await this.#query<{ id: bigint }>(this.#statements.blockedBy, userId)
    return rows.map(({ id }) => Number(id))
  }

  async blockersOf(userId: number, { after, limit }: ListPage): Promise<number[]> {
    const sql = this.#statements.blockersOf
    const rows = await this.#query<{ id: bigint }>(sql, userId, after, limit)
    return rows.map(({ id }) => Number(id))
  }

  async bans({ after, limit }: ListPage): Promise<Ban[]> {
    const rows = await this.#query<BanRow>(this.#statements.bans, after, limit)
    return rows.map(toBan)
  }

  async pinsOf(kind: ChatKind, chatId: number): Promise<MessageEntry[]> {
    const rows = await this.#query<EntryRow>(this.#statements.pinsOf[kind], chatId)
    return rows.map(toMessage)
  }

  threadsOf(userId: number): Promise<FollowedThread[]> {
    return storageErrors(() => this.#threads.of(userId))
  }

  async readThreads(cursors: readonly ThreadCursor[]): Promise<void> {
    const rows = cursors.map(({ userId, kind, rootId, read }) => ({
      ...{ user_id: userId, kind, message_id: rootId, read },
    }))
    await storing(() => execute(this.#database, this.#statements.readThreads, rows))
  }

  async reports({
    after,
    limit,
    isAll,
    moderatorId,
    byToken = [],
  }: ReportsPage): Promise<Report[]> {
    const { allReports, openReports, reportsIn, openReportsIn } = this.#statements
    const { moderatedReports, openModeratedReports } = this.#statements
    if (moderatorId === undefined) {
      const sql = isAll ? allReports : openReports
      return (await this.#query<ReportRow>(sql, after, limit)).map(toReport)
    }
    const moderated = isAll ? moderatedReports : openModeratedReports
    const rows = await this.#query<ReportRow>(moderated, after, limit, moderatorId)
    if (byToken.length > 0) {
      const sql = isAll ? reportsIn : openReportsIn
      rows.push(...(await this.#query<ReportRow>(sql, idRows(byToken), after, limit)))
    }
    const reports = new Map(rows.map(toReport).map((report) => [report.id, report]))
    return [...reports.values()].sort((a, b) => a.id - b.id).slice(0, limit)
  }

  async mayReadUpload(name: string, reader: Reader): Promise<boolean> {
    const values = readerValues(reader, this.#dialect)
    const rows = await this.#query(this.#statements.mayReadUpload, name, ...values)
    return rows.length > 0
  }

  async noteAct(act: Omit<AdminAction, 'id'>): Promise<void> {
    const row = actRow(act, this.#dialect.timestamp)
    await storing(() => execute(this.#database, this.#addActs, [row]))
  }

  async acts(page: ListPage & { readonly userId: number | undefined }): Promise<AdminAction[]> {
    const { after, limit, userId } = page
    const rows =
      userId === undefined
        ? await this.#query<ActRow>(this.#statements.acts, after, limit)
        : await this.#query<ActRow>(this.#statements.actsOn, after, limit, userId)
    return rows.map(toAct)
  }

  async newestActs({
    before,
    limit,
    userId,
  }: Parameters<AccessRecords['newestActs']>[0]): Promise<AdminAction[]> {
    const rows =
      userId === undefined
        ? await this.#query<ActRow>(this.#statements.newestActs, before, limit)
        : await this.#query<ActRow>(this.#statements.newestActsOn, before, limit, userId)
    return rows.map(toAct)
  }

  async chatsWithRetention({ after, limit }: ListPage): Promise<KeptFor[]> {
    const rows = await this.#query<{ chat_id: bigint; retention: bigint }>(
      this.#statements.chatsWithRetention,
      after,
      limit,
    )
    return rows.map(({ chat_id, retention }) => ({
      chatId: Number(chat_id),
      retentionSeconds: Number(retention),
    }))
  }

  #query<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return storageErrors(() => this.#database.$queryRawUnsafe<Row[]>(sql, ...values))
  }
}

function idRows(ids: readonly number[]): string {
  return JSON.stringify(ids.map((id) => ({ id })))
}
