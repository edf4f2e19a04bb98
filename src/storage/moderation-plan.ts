import { chatKey } from '../protocol/chat.ts'
import { MAX_BLOCKS, MAX_PINS } from '../protocol/limits.ts'
import { pairKey } from './access-changes.ts'
import type {
  BanEntry,
  BlockEntry,
  FollowEntry,
  NewBan,
  NewBlock,
  NewFollow,
  NewPin,
  NewReport,
  NewResolution,
  NewSettings,
  NewUserChange,
  PinEntry,
  ReportEntry,
  ResolutionEntry,
  SettingsEntry,
  UserEntry,
} from './access-entries.ts'
import { reportKey } from './access-references.ts'
import { noChat, refuse } from './access-rules.ts'
import type { NewEntry } from './entries.ts'
import { type Decision, noteAct, type PlanContext } from './plan-context.ts'
import { mayDo } from './rights.ts'
import type { Refused } from './store.ts'
import { KNOWN_LENGTH, type Target, targetKey } from './target.ts'

/** What becomes of entries about users, and about messages that are reported, pinned or followed. */
export class ModerationPlan {
  readonly #context: PlanContext
  #nextReportId: number

  constructor(context: PlanContext) {
    this.#context = context
    this.#nextReportId = context.known.nextReportId
  }

  decideUser(entry: NewUserChange): Decision<UserEntry> {
    const { known, changes } = this.#context
    const { userId, senderId, clientId, authority } = entry
    if (userId !== senderId && authority && !authority.isAdmin)
      return refuse(entry, 'FORBIDDEN', `User ${userId} is not you`)
    const before = known.users.get(userId)
    const name = entry.name === undefined ? before?.name : (entry.name ?? undefined)
    const avatar = entry.avatar === undefined ? before?.avatar : (entry.avatar ?? undefined)
    const chatIds = known.chatsOfUsers.get(userId) ?? []
    const place = { kind: 'chat', chatId: 0, id: userId, senderId, clientId } as const
    const user = { type: 'user', ...place, name, avatar, chatIds } as const
    if (name === before?.name && avatar === before?.avatar) return { same: user }
    const profile = { userId, name, avatar }
    known.users.set(userId, profile)
    changes.users.set(userId, profile)
    return { stored: user }
  }

  /** @param offset that the entry gets if it is stored */
  decideBan(entry: NewBan, offset: number): Decision<BanEntry> {
    const { known, changes, createdAt } = this.#context
    const { userId, senderId, clientId, isLifted, until, reason } = entry
    if (!entry.authority?.isAdmin)
      return refuse(entry, 'FORBIDDEN', 'Only admins ban users from the server')
    if (userId === senderId) return refuse(entry, 'FORBIDDEN', 'You cannot ban yourself')
    const key = pairKey(0, userId)
    const place = { kind: 'chat', chatId: 0, id: userId, senderId, clientId } as const
    const ban = { type: 'ban', ...place, isLifted, until, reason } as const
    if (isLifted && !known.bans.has(key)) return { same: ban }
    if (isLifted) known.bans.delete(key)
    else known.bans.set(key, { userId, until, reason, at: createdAt })
    const stored = known.bans.get(key) ?? null
    changes.bans.set(key, { chatId: 0, userId, ban: stored, by: senderId, offset })
    noteAct(this.#context, entry, isLifted ? 'unban' : 'ban', { userId, detail: { until, reason } })
    return { stored: ban }
  }

  decideBlock(entry: NewBlock): Decision<BlockEntry> {
    const { known, changes } = this.#context
    const { userId: blockedId, senderId, clientId, isBlocked } = entry
    if (blockedId === senderId) return refuse(entry, 'FORBIDDEN', 'You cannot block yourself')
    const key = pairKey(senderId, blockedId)
    const place = { kind: 'chat', chatId: 0, id: blockedId, senderId, clientId } as const
    const block = { type: 'block', ...place, isBlocked } as const
    if (known.blocks.has(key) === isBlocked) return { same: block }
    const count = known.blockCounts.get(senderId) ?? 0
    if (isBlocked && count >= MAX_BLOCKS)
      return refuse(entry, 'FORBIDDEN', `You have blocked ${MAX_BLOCKS} users, which is the most`)
    known.blockCounts.set(senderId, count + (isBlocked ? 1 : -1))
    if (isBlocked) known.blocks.add(key)
    else known.blocks.delete(key)
    changes.blocks.set(key, { userId: senderId, blockedId, isBlocked })
    return { stored: block }
  }

  decideReport(entry: NewReport, target: Target | undefined): Decision<ReportEntry> {
    const { known, changes, rules, createdAt } = this.#context
    const { senderId, clientId, reason, kind, messageId } = entry
    if (!target || target.isDeleted || !rules.reads(entry, target))
      return noMessage(entry, messageId)
    const content = target.content.slice(0, KNOWN_LENGTH).toWellFormed()
    const report = {
      ...({
        type: 'report',
        kind,
        chatId: target.chatId,
        id: messageId,
        senderId,
        clientId,
      } as const),
      ...{ reportId: this.#nextReportId, reason, author: target.senderId, content },
    }
    const key = reportKey(kind, messageId, senderId)
    const first = known.reported.get(key)
    if (first !== undefined) return { same: { ...report, reportId: first } }
    this.#nextReportId += 1
    known.reported.set(key, report.reportId)
    const filed = {
      ...{
        id: report.reportId,
        kind,
        chatId: target.chatId,
        messageId,
        reason,
        content,
        createdAt,
      },
      ...{ senderId: target.senderId, reporterId: senderId },
      ...{ resolution: undefined, resolvedBy: undefined, resolvedAt: undefined },
    }
    known.reports.set(filed.id, filed)
    changes.reports.set(filed.id, filed)
    return { stored: report }
  }

  decideResolution(entry: NewResolution): Decision<ResolutionEntry> {
    const { known, changes, createdAt } = this.#context
    const { reportId, resolution, senderId, clientId } = entry
    const report = known.reports.get(reportId)
    if (!report || !this.#mayResolve(entry, report))
      return refuse(entry, 'NOT_FOUND', `There is no report ${reportId}`)
    const { kind, chatId, messageId } = report
    const end = { type: 'resolution', kind, chatId, id: reportId, senderId, clientId } as const
    if (report.resolution !== undefined) return { same: { ...end, resolution: report.resolution } }
    const resolved = { ...report, resolution, resolvedBy: senderId, resolvedAt: createdAt }
    known.reports.set(reportId, resolved)
    changes.reports.set(reportId, resolved)
    const detail = { report: reportId, resolution }
    noteAct(this.#context, entry, 'resolve_report', {
      userId: report.senderId,
      kind,
      chatId,
      messageId,
      detail,
    })
    return { stored: { ...end, resolution } }
  }

  /** @param offset that the entry gets if it is stored */
  decidePin(entry: NewPin, target: Target | undefined, offset: number): Decision<PinEntry> {
    const { known, changes } = this.#context
    const { senderId, clientId, kind, messageId, isPinned } = entry
    if (!target || (target.isDeleted && isPinned) || !this.#mayTouch(entry, target))
      return noMessage(entry, messageId)
    const refused =
      this.#refusalOfPin(entry, target) ?? this.#context.rules.refusalOfBlocked(entry, target)
    if (refused) return refused
    const { chatId, offset: aboutOffset, hiddenFrom } = target
    const place = { kind, chatId, id: messageId, senderId, clientId, aboutOffset, hiddenFrom }
    const pin = { type: 'pin', ...place, isPinned } as const
    const key = targetKey(kind, messageId)
    if (known.pinned.has(key) === isPinned) return { same: pin }
    const count = known.pinCounts.get(chatKey(kind, chatId)) ?? 0
    if (isPinned && count >= MAX_PINS)
      return refuse(
        entry,
        'FORBIDDEN',
        `This chat has ${MAX_PINS} pinned messages, which is the most`,
      )
    known.pinCounts.set(chatKey(kind, chatId), count + (isPinned ? 1 : -1))
    if (isPinned) known.pinned.add(key)
    else known.pinned.delete(key)
    changes.pins.set(key, { kind, chatId, messageId, isPinned, by: senderId, offset })
    return { stored: pin }
  }

  decideSettings(entry: NewSettings): Decision<SettingsEntry> {
    const { senderId, clientId, kind, chatId, notify } = entry
    if (!this.#context.rules.readsChat(entry, kind, chatId)) return noChat(entry, chatId, kind)
    const { known, changes } = this.#context
    const key = `${senderId} ${chatKey(kind, chatId)}`
    const place = { kind, chatId, id: chatId, senderId, clientId }
    const set = { type: 'settings', ...place, notify } as const
    if ((known.settings.get(key) ?? 'all') === notify) return { same: set }
    known.settings.set(key, notify)
    changes.settings.set(key, { userId: senderId, kind, chatId, notify })
    return { stored: set }
  }

  decideFollow(entry: NewFollow, target: Target | undefined): Decision<FollowEntry> {
    const { senderId, clientId, kind, messageId, isFollowed } = entry
    if (!target || !this.#context.rules.reads(entry, target)) return noMessage(entry, messageId)
    const { chatId } = target
    const place = { kind, chatId, id: messageId, senderId, clientId }
    const follow = { type: 'follow', ...place, isFollowed } as const
    const key = `${senderId} ${targetKey(kind, messageId)}`
    if (this.#context.known.follows.get(key) === isFollowed) return { same: follow }
    this.follow({ userId: senderId, kind, chatId, messageId, isFollowed, isAutomatic: false })
    return { stored: follow }
  }

  /** Notes that a user follows a thread. */
  follow(follow: {
    userId: number
    kind: 'chat' | 'support'
    chatId: number
    messageId: number
    isFollowed: boolean
    isAutomatic: boolean
  }): void {
    const { known, changes } = this.#context
    const key = `${follow.userId} ${targetKey(follow.kind, follow.messageId)}`
    if (follow.isAutomatic && (changes.follows.has(key) || known.follows.has(key))) return
    changes.follows.set(key, follow)
    known.follows.set(key, follow.isFollowed)
  }

  /** A message that is deleted is pinned no more. */
  unpin({ kind, chatId, id }: Target): void {
    const { known, changes } = this.#context
    const key = targetKey(kind, id)
    changes.pins.delete(key)
    if (!known.pinned.delete(key)) return
    const chat = chatKey(kind, chatId)
    known.pinCounts.set(chat, (known.pinCounts.get(chat) ?? 1) - 1)
  }

  /** Notes that a message of another was deleted. */
  noteDeletion(entry: NewEntry, { kind, chatId, id, senderId }: Target): void {
    noteAct(this.#context, entry, 'delete', { userId: senderId, kind, chatId, messageId: id })
  }

  #mayResolve(entry: NewResolution, report: { kind: string; chatId: number }) {
    const { authority } = entry
    if (!authority || authority.isAdmin) return true
    if (report.kind === 'support') return authority.isAgent
    return mayDo(this.#context.rules.roleOf(entry, report.chatId), 'resolveReports')
  }

  #mayTouch(entry: NewPin, target: Target): boolean {
    return entry.authority?.isAdmin || this.#context.rules.reads(entry, target)
  }

  /** Both users of a direct chat may pin; in a support chat, its customer and agents. */
  #refusalOfPin(entry: NewPin, { kind, chatId }: Target): Refused | undefined {
    const { known, rules } = this.#context
    if (kind === 'support') return undefined
    const isDirect = known.chats.get(chatId)?.direct !== undefined
    return rules.refusalOf(entry, chatId, isDirect ? 'write' : 'pin')
  }
}

function noMessage(entry: NewEntry, messageId: number): Refused {
  return refuse(entry, 'NOT_FOUND', `There is no message ${messageId}`)
}
