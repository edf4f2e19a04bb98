import { chatKey } from '../../protocol/chat.ts'
import {
  type AccessReferences,
  DAY_MS,
  type KnownAccess,
  noKnownAccess,
  type Place,
  pairKey,
} from '../access-changes.ts'
import { reportKey } from '../access-references.ts'
import { targetKey } from '../target.ts'
import { type MemoryAccess, settingsKey } from './access-state.ts'

/** The chats of a user that are told of a change of the user's name. */
const MAX_TOLD_CHATS = 1_000

/** What a batch has to know of the log. */
interface LogFacts {
  /** Who opened a support chat. */
  customerOf(supportChatId: number): number | undefined
  /** The greatest id of a chat in which somebody has written. */
  readonly lastChatId: number
}

interface Asked {
  readonly references: AccessReferences
  /** When the batch is stored, ISO 8601. */
  readonly createdAt: string
}

/** What is kept of what a batch names, and nothing else: as a database is asked for it. */
export function knownAccessOf(asked: Asked, access: MemoryAccess, log: LogFacts): KnownAccess {
  const { references } = asked
  const known: KnownAccess = {
    ...noKnownAccess(),
    nextChatId: 1 + Math.max(log.lastChatId, ...access.chats.keys()),
    nextReportId: access.reports.size + 1,
  }
  readChats(references, access, known)
  readUsers(asked, access, known)
  for (const { kind, messageId, reporterId } of references.reported) {
    const key = reportKey(kind, messageId, reporterId)
    const isKey = (one: { kind: 'chat' | 'support'; messageId: number; reporterId: number }) =>
      reportKey(one.kind, one.messageId, one.reporterId) === key
    const first = [...access.reports.values()].find(isKey)
    if (first) known.reported.set(key, first.id)
  }
  for (const place of references.settings) {
    const notify = access.settings.get(settingsKey(place))
    if (notify) known.settings.set(settingsKey(place), notify)
  }
  for (const { userId, kind, messageId } of references.follows) {
    const key = `${userId} ${targetKey(kind, messageId)}`
    const kept = access.follows.get(key)
    if (kept) known.follows.set(key, kept.isFollowed)
  }
  for (const { kind, messageId, chatId } of references.pinned) {
    const key = targetKey(kind, messageId)
    if (access.pins.has(key)) known.pinned.add(key)
    const pins = [...access.pins.values()].filter(
      (pin) => pin.kind === kind && pin.chatId === chatId,
    )
    known.pinCounts.set(chatKey(kind, chatId), pins.length)
  }
  for (const id of references.customers) {
    const customer = log.customerOf(id)
    if (customer !== undefined) known.customers.set(id, customer)
  }
  return known
}

function readChats(references: AccessReferences, access: MemoryAccess, known: KnownAccess): void {
  const places: Place[] = [...references.places]
  const banned: Place[] = [...references.bans]
  for (const key of references.directs) {
    const chatId = access.directs.get(key)
    if (chatId === undefined) continue
    known.directs.set(key, chatId)
    for (const userId of access.chats.get(chatId)!.direct!) places.push({ chatId, userId })
  }
  for (const { reportId, userId } of references.reports) {
    const report = access.reports.get(reportId)
    if (!report) continue
    known.reports.set(reportId, report)
    if (report.kind !== 'chat') continue
    places.push({ chatId: report.chatId, userId })
    banned.push({ chatId: report.chatId, userId })
  }
  for (const place of places) {
    const chat = access.chats.get(place.chatId)
    if (!chat) continue
    known.chats.set(chat.chatId, chat)
    const member = access.member(place)
    const key = pairKey(place.chatId, place.userId)
    if (member) known.members.set(key, member)
    const standing = access.standings.get(key)
    if (standing) known.standings.set(key, standing)
    if (!chat.direct) continue
    const [one, other] = chat.direct
    readBlock(access, known, one, other)
    readBlock(access, known, other, one)
  }
  for (const chatId of references.ownersOf) {
    const members = [...(access.members.get(chatId)?.values() ?? [])]
    known.ownerCounts.set(chatId, members.filter(({ role }) => role === 'owner').length)
  }
  for (const { chatId, userId } of banned) {
    const key = pairKey(chatId, userId)
    const kept = access.bans.get(key)
    if (kept) known.bans.set(key, kept.ban)
  }
}

function readUsers(
  { references, createdAt }: Asked,
  access: MemoryAccess,
  known: KnownAccess,
): void {
  for (const { userId, blockedId } of references.blocks) readBlock(access, known, userId, blockedId)
  for (const id of references.users) {
    const user = access.users.get(id)
    if (user) known.users.set(id, user)
  }
  const chatsOf = (id: number) => [...(access.chatsOf.get(id) ?? [])].sort((a, b) => a - b)
  for (const id of references.chatsOfUsers)
    known.chatsOfUsers.set(id, chatsOf(id).slice(0, MAX_TOLD_CHATS))
  for (const id of references.chatCounts) {
    const chats = [...(access.chatsOf.get(id) ?? [])]
    const isOthers = (chatId: number) =>
      access.member({ chatId, userId: id })?.addedBy !== undefined
    const byOthers = chats.filter(isOthers).length
    known.chatCounts.set(id, { own: chats.length - byOthers, byOthers })
  }
  const since = new Date(Date.parse(createdAt) - DAY_MS).toISOString()
  for (const id of references.makers) {
    const made = [...access.chats.values()].filter(
      ({ createdBy, madeAt }) => createdBy === id && madeAt > since,
    )
    const oldest = made.map(({ madeAt }) => madeAt).sort()[0]
    if (oldest !== undefined) known.madeChats.set(id, { count: made.length, oldest })
  }
  for (const id of references.blockCounts)
    known.blockCounts.set(id, access.blocks.get(id)?.size ?? 0)
}

function readBlock(access: MemoryAccess, known: KnownAccess, userId: number, blockedId: number) {
  if (access.blocks.get(userId)?.has(blockedId)) known.blocks.add(pairKey(userId, blockedId))
}
