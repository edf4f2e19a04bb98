import { isUploadName, readUploadNames } from '../../protocol/upload-name.ts'
import { type AccessChanges, type Place, pairKey } from '../access-changes.ts'
import type { KnownChat } from '../access-records.ts'
import type { ChangedTarget } from '../change-plan.ts'
import type { MessageEntry } from '../entries.ts'
import { targetKey } from '../target.ts'
import type { AccessChangeStatements } from './access-change-statements.ts'
import { actRow } from './access-rows.ts'
import type { Dialect } from './dialect.ts'
import { execute } from './json-rows.ts'
import type { RawQueries } from './prisma-database.ts'

/** Messages that a batch has stored, with their ids, or has changed. */
interface ChangedMessages {
  readonly stored: readonly MessageEntry[]
  /** Those that are edited or deleted. */
  readonly changed: readonly ChangedTarget[]
}

/** Stores what a batch changes of chats, members and users, and what hangs on its messages. */
export class AccessWriter {
  readonly #statements: AccessChangeStatements
  readonly #timestamp: (iso: string) => string

  constructor(statements: AccessChangeStatements, { timestamp }: Dialect) {
    this.#statements = statements
    this.#timestamp = timestamp
  }

  /** @param createdAt time of the batch */
  async write(tx: RawQueries, changes: AccessChanges, createdAt: string): Promise<void> {
    const statements = this.#statements
    const chats = [...changes.chats.values()].map((chat) => this.#chatRow(chat, createdAt))
    await execute(tx, statements.setChats, chats)
    await this.#writeMembers(tx, changes)
    await this.#writeStandings(tx, changes)
    await this.#writeBans(tx, changes)
    const blocks = [...changes.blocks.values()]
    for (const isBlocked of [true, false])
      await execute(
        tx,
        isBlocked ? statements.addBlocks : statements.removeBlocks,
        blocks
          .filter((block) => block.isBlocked === isBlocked)
          .map(({ userId, blockedId }) => ({ user_id: userId, blocked_id: blockedId })),
      )
    const users = [...changes.users.values()]
    const isKnown = ({ name, avatar }: (typeof users)[number]) =>
      name !== undefined || avatar !== undefined
    await execute(
      tx,
      statements.setUsers,
      users.filter(isKnown).map(({ userId, name, avatar }) => ({ id: userId, name, avatar })),
    )
    const forgotten = users.filter((user) => !isKnown(user)).map(({ userId }) => ({ id: userId }))
    await execute(tx, statements.removeUsers, forgotten)
    await this.#writeReports(tx, changes)
    await this.#writePreferences(tx, changes)
    const acts = changes.acts.map((act) => actRow(act, this.#timestamp))
    await execute(tx, statements.addActs, acts)
  }

  /** Stores what is found by the messages of a batch: threads, mentions, uploads that they name. */
  async writeMessages(tx: RawQueries, { stored, changed }: ChangedMessages): Promise<void> {
    const statements = this.#statements
    await execute(tx, statements.growThreads, this.#threadRows(stored))
    const named = changed.filter(({ hasOtherMentions }) => hasOtherMentions)
    await execute(tx, statements.removeMentions, named.map(messageKey))
    await execute(tx, statements.addMentions, [...stored, ...named].flatMap(mentionRows))
    await execute(tx, statements.addUploadUses, stored.flatMap(uploadRows))
    const gone = changed.filter(({ isDeleted }) => isDeleted).map(messageKey)
    await execute(tx, statements.removeUploadUses, gone)
    await execute(tx, statements.removePins, gone)
  }

  async #writeMembers(tx: RawQueries, { members, joined }: AccessChanges): Promise<void> {
    const statements = this.#statements
    const removed: Place[] = []
    const rows = []
    for (const { chatId, userId, member } of members.values()) {
      if (!member) {
        removed.push({ chatId, userId })
        continue
      }
      rows.push({
        ...placeRow({ chatId, userId }),
        role: member.role,
        joined_offset: member.joinedOffset,
        muted_until: this.#time(member.mutedUntil),
        muted_by: member.mutedBy,
        last_written: this.#time(member.lastWritten),
        added_by: member.addedBy,
      })
    }
    await execute(tx, statements.removeMembers, removed.map(placeRow))
    await execute(tx, statements.setMembers, rows)
    const newcomers = new Set(joined.map(({ chatId, userId }) => pairKey(chatId, userId)))
    await execute(
      tx,
      statements.beginCursors,
      rows.filter(({ chat_id, user_id }) => newcomers.has(pairKey(chat_id, user_id))),
    )
  }

  async #writeStandings(tx: RawQueries, { standings }: AccessChanges): Promise<void> {
    const all = [...standings.values()]
    const ended = all.filter(({ standing }) => !standing)
    await execute(tx, this.#statements.removeStandings, ended.map(placeRow))
    const rows = all.flatMap(({ standing, ...place }) =>
      standing
        ? {
            ...placeRow(place),
            role: standing.role,
            muted_until: this.#time(standing.mutedUntil),
            muted_by: standing.mutedBy,
            last_written: this.#time(standing.lastWritten),
            joined_offset: standing.joinedOffset,
          }
        : [],
    )
    await execute(tx, this.#statements.setStandings, rows)
  }

  async #writeBans(tx: RawQueries, { bans }: AccessChanges): Promise<void> {
    const lifted: Place[] = []
    const rows = []
    for (const { chatId, userId, ban, by, offset } of bans.values()) {
      if (!ban) {
        lifted.push({ chatId, userId })
        continue
      }
      rows.push({
        ...placeRow({ chatId, userId }),
        until: this.#time(ban.until),
        reason: ban.reason,
        by,
        by_role: ban.byRole,
        at: this.#time(ban.at),
        offset,
      })
    }
    await execute(tx, this.#statements.removeBans, lifted.map(placeRow))
    await execute(tx, this.#statements.setBans, rows)
  }

  async #writeReports(tx: RawQueries, { reports }: AccessChanges): Promise<void> {
    const rows = [...reports.values()].map((report) => ({
      id: report.id,
      kind: report.kind,
      chat_id: report.chatId,
      message_id: report.messageId,
      sender_id: report.senderId,
      reporter_id: report.reporterId,
      reason: report.reason,
      content: report.content,
      created_at: this.#time(report.createdAt),
      resolution: report.resolution,
      resolved_by: report.resolvedBy,
      resolved_at: this.#time(report.resolvedAt),
    }))
    await execute(tx, this.#statements.setReports, rows)
  }

  /** Pins, settings and threads that are followed. */
  async #writePreferences(tx: RawQueries, changes: AccessChanges): Promise<void> {
    const statements = this.#statements
    const pins = [...changes.pins.values()].map(({ kind, chatId, messageId, ...pin }) => ({
      ...{ kind, chat_id: chatId, message_id: messageId, by: pin.by, offset: pin.offset },
      isPinned: pin.isPinned,
    }))
    // One that was taken down and put up again is pinned anew.
    await execute(tx, statements.removePins, pins)
    await execute(
      tx,
      statements.addPins,
      pins.filter(({ isPinned }) => isPinned),
    )
    const settings = [...changes.settings.values()].map(({ userId, kind, chatId, notify }) => ({
      ...{ user_id: userId, kind, chat_id: chatId, notify },
    }))
    await execute(tx, statements.setSettings, settings)
    const follows = [...changes.follows.values()]
    for (const isAutomatic of [true, false])
      await execute(
        tx,
        isAutomatic ? statements.addFollows : statements.setFollows,
        follows.filter((follow) => follow.isAutomatic === isAutomatic).map(followRow),
      )
  }

  #chatRow(chat: KnownChat, createdAt: string): object {
    return {
      id: chat.chatId,
      title: chat.title,
      visibility: chat.visibility,
      history: chat.history,
      slow_mode: chat.slowModeSeconds,
      retention: chat.retentionSeconds,
      direct: chat.direct?.join(' '),
      created_by: chat.createdBy,
      created_at: this.#timestamp(createdAt),
      member_count: chat.memberCount,
    }
  }

  #threadRows(stored: readonly MessageEntry[]): object[] {
    const threads = new Map<string, { last: MessageEntry; thread: number; replies: number }>()
    for (const message of stored) {
      const { kind, thread } = message
      // What somebody must not see is counted for nobody.
      if (thread === undefined || message.hiddenFrom !== undefined) continue
      const key = targetKey(kind, thread)
      const replies = (threads.get(key)?.replies ?? 0) + 1
      threads.set(key, { last: message, thread, replies })
    }
    return [...threads.values()].map(({ last, thread, replies }) => ({
      ...{ kind: last.kind, message_id: thread, chat_id: last.chatId, replies },
      ...{ last_reply: last.id, last_reply_at: this.#timestamp(last.createdAt) },
    }))
  }

  #time(iso: string | null | undefined): string | null {
    return iso ? this.#timestamp(iso) : null
  }
}

function placeRow({ chatId, userId }: Place) {
  return { chat_id: chatId, user_id: userId }
}

function followRow(follow: ReturnType<AccessChanges['follows']['get']> & object): object {
  return {
    ...{ user_id: follow.userId, kind: follow.kind, message_id: follow.messageId },
    ...{ chat_id: follow.chatId, followed: follow.isFollowed, read: 0 },
  }
}

function messageKey({ kind, id }: ChangedTarget): object {
  return { kind, message_id: id }
}

/** Nobody is told of what they wrote themselves, or must not see. */
function mentionRows(message: MessageEntry | ChangedTarget): object[] {
  const { mentions, kind, id, chatId, senderId, hiddenFrom } = message
  return (mentions ?? [])
    .filter((userId) => userId !== senderId && userId !== hiddenFrom)
    .map((userId) => ({ user_id: userId, kind, message_id: id, chat_id: chatId }))
}

function uploadRows({ filePaths, kind, id, chatId }: MessageEntry): object[] {
  const names = new Set(readUploadNames(filePaths ?? ''))
  return [...names]
    .filter(isUploadName)
    .map((name) => ({ name, kind, message_id: id, chat_id: chatId }))
}
