import type { MemberPayload, ReportPayload } from '../../../protocol/access-fields.ts'
import type {
  BlockedRequest,
  ChatRequest,
  MembersRequest,
  PinsRequest,
  PublicChatsRequest,
  ReportsRequest,
  ThreadsRequest,
  UsersRequest,
} from '../../../protocol/access-questions.ts'
import { chatOf, chatRef, messageRef } from '../../../protocol/chat.ts'
import { ChatwsError } from '../../../protocol/error.ts'
import type { FollowedThread, KnownChat, Member, Report } from '../../../storage/access-records.ts'
import { mustRead } from '../../access/must-read.ts'
import { chatPayloadOf } from '../../frames/access-frame.ts'
import { messagePayload } from '../../frames/entry-frame.ts'
import { ShownMessages } from '../../log/last-messages.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler, HandlerContext } from './handler.ts'

/** What of a list is answered when the client does not say. */
const DEFAULT_LIMIT = 50

/** Answers with a chat, and what the user is in it. */
export const handleChat: Handler<ChatRequest> = (frame, sender, context) => {
  answerInTurn(frame, { sender, context }, async () => {
    mustHaveMembers(frame, context)
    const id = frame.chat_id
    await mustRead(context.access, sender, { kind: 'chat', id })
    const { access } = context.store
    const [chat] = await access.findChats([id])
    // One that only a token knows of.
    if (!chat) throw new ChatwsError('NOT_FOUND', `There is no chat ${id}`)
    const [member] = await access.findMembers(id, [sender.userId])
    return {
      type: 'CHAT',
      chat: chatPayloadOf(id, chat),
      ...(member ? { member: memberPayload(member) } : {}),
    }
  })
}

/** Answers with a page of a chat's members. */
export const handleMembers: Handler<MembersRequest> = (frame, sender, context) => {
  answerInTurn(frame, { sender, context }, async () => {
    mustHaveMembers(frame, context)
    const { chat_id: id, after = 0, limit = DEFAULT_LIMIT } = frame
    await mustRead(context.access, sender, { kind: 'chat', id })
    const { access } = context.store
    // Who may only find the chat is not shown who is in it.
    if (!sender.isAdmin && !context.access.mayPass(sender, { kind: 'chat', id }, 'receipt'))
      throw new ChatwsError(
        'FORBIDDEN',
        `Only members of chat ${id} see who is in it: join it first`,
      )
    // One more than asked for tells whether there is more.
    const found = await access.membersOf(id, { after, limit: limit + 1 })
    const page = found.slice(0, limit)
    const profiles = await access.findUsers(page.map(({ userId }) => userId))
    const hidden = context.access.hiddenFrom(sender.userId)
    const names = new Map(
      profiles.flatMap(({ userId, name }) => (hidden.has(userId) ? [] : [[userId, name]])),
    )
    return {
      type: 'MEMBERS',
      chat_id: id,
      members: page.map((member) => {
        const name = names.get(member.userId)
        return { ...memberPayload(member), ...(name === undefined ? {} : { name }) }
      }),
      has_more: found.length > limit,
    }
  })
}

/** Answers with a page of the chats that anyone may join. */
export const handlePublicChats: Handler<PublicChatsRequest> = (frame, sender, context) => {
  answerInTurn(frame, { sender, context }, async () => {
    mustHaveMembers(frame, context)
    const { text, after = 0, limit = DEFAULT_LIMIT } = frame
    const { access } = context.store
    const found = await access.publicChats({ text, after, limit: limit + 1 })
    const chats: KnownChat[] = []
    for (const chat of found.slice(0, limit))
      if (!(await access.isBannedFrom(chat.chatId, sender.userId))) chats.push(chat)
    return {
      type: 'PUBLIC_CHATS',
      chats: chats.map((chat) => chatPayloadOf(chat.chatId, chat)),
      has_more: found.length > limit,
    }
  })
}

/**
 * Answers with the names of those users that the asker shares a chat with, and who have not blocked the
 * asker.
 */
export const handleUsers: Handler<UsersRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const { access } = context.store
    const isOpen = context.access.mode === 'open' || sender.isAgent
    const ids = isOpen
      ? frame.ids
      : [sender.userId, ...(await access.sharingWith(sender.userId, frame.ids))].filter(
          (id, place, all) => frame.ids.includes(id) && all.indexOf(id) === place,
        )
    const hidden = context.access.hiddenFrom(sender.userId)
    const found = await access.findUsers(ids.filter((id) => !hidden.has(id)))
    const users = [...found].sort((a, b) => a.userId - b.userId)
    return {
      type: 'USERS',
      users: users.map(({ userId, name, avatar }) => ({
        id: userId,
        ...(name === undefined ? {} : { name }),
        ...(avatar === undefined ? {} : { avatar }),
      })),
    }
  })

/** Answers whom the user has blocked. */
export const handleBlocked: Handler<BlockedRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => ({
    type: 'BLOCKED',
    users: await context.store.access.blockedBy(sender.userId),
  }))

/** Answers with a chat's pinned messages. */
export const handlePins: Handler<PinsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const chat = chatOf(frame)
    const above = await mustRead(context.access, sender, chat)
    const pinned = await context.store.access.pinsOf(chat.kind, chat.id)
    const shown = new ShownMessages()
    const messages = pinned
      .filter(({ offset, hiddenFrom }) => offset > above && hiddenFrom !== sender.userId)
      .flatMap((message) => shown.take(messagePayload(message)) ?? [])
    return { type: 'PINS', ...chatRef(chat.kind, chat.id), messages }
  })

/** Answers with the threads that the user follows, of chats that the user may still read. */
export const handleThreads: Handler<ThreadsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    // What the user has read up to now counts.
    await context.threads.flush()
    const followed = await context.store.access.threadsOf(sender.userId)
    const threads: FollowedThread[] = []
    const shown = new ShownMessages()
    for (const thread of followed) {
      const { kind, chatId: id, offset } = thread.root
      const above = await context.access.readsAbove(sender, { kind, id })
      if (above !== undefined && offset > above) threads.push(thread)
    }
    return {
      type: 'THREADS',
      threads: threads.flatMap(({ root, lastReply, replies, unread, read }) => {
        const first = shown.take(messagePayload(root))
        const last = lastReply && shown.take(messagePayload(lastReply))
        if (!first) return []
        return { root: first, replies, ...(last ? { last_reply: last } : {}), unread, read }
      }),
    }
  })

/** Answers with the reports that the user may resolve. */
export const handleReports: Handler<ReportsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const { all = false, after = 0, limit = DEFAULT_LIMIT } = frame
    if (context.access.mode === 'open' && !sender.isAdmin)
      throw new ChatwsError('FORBIDDEN', 'Only admins see reports')
    const found = await context.store.access.reports({
      isAll: all,
      after,
      limit: limit + 1,
      moderatorId: sender.isAdmin ? undefined : sender.userId,
      byToken: context.access.moderatedByToken(sender),
    })
    return {
      type: 'REPORTS',
      reports: found.slice(0, limit).map(reportPayload),
      has_more: found.length > limit,
    }
  })

/** Throws FORBIDDEN where chats have no members. */
function mustHaveMembers({ type }: { type: string }, { access }: HandlerContext): void {
  if (access.mode === 'open')
    throw new ChatwsError('FORBIDDEN', `${type} needs a server with --access members`)
}

function memberPayload({ userId, role, mutedUntil }: Member): MemberPayload {
  return { user: userId, role, ...(mutedUntil === undefined ? {} : { muted_until: mutedUntil }) }
}

/** A report as those see it who may resolve it. */
export function reportPayload(report: Report): ReportPayload {
  const { resolution, resolvedBy, resolvedAt } = report
  return {
    id: report.id,
    ...chatRef(report.kind, report.chatId),
    ...messageRef(report.kind, report.messageId),
    sender_id: report.senderId,
    reporter: report.reporterId,
    reason: report.reason,
    content: report.content,
    created_at: report.createdAt,
    ...(resolution === undefined ? {} : { resolution }),
    ...(resolvedBy === undefined ? {} : { resolved_by: resolvedBy }),
    ...(resolvedAt === undefined ? {} : { resolved_at: resolvedAt }),
  }
}
