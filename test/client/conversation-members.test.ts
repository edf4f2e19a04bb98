import { describe, expect, it, vi } from 'vitest'
import { Conversation } from '../../src/client/conversation.ts'
import type { MembersChanged } from '../../src/protocol/access-events.ts'
import type { ChatPayload, MemberPayload } from '../../src/protocol/access-fields.ts'
import { messagePayload, ToldEvents } from './told-events.ts'

const chat = { chat_id: 1 }
const at = '2024-01-01T12:00:00.000Z'
const garden: ChatPayload = {
  ...{ chat_id: 1, title: 'Garden', visibility: 'private', history: 'all' },
  ...{ created_by: 2, members: 3 },
}
const member = (user: number, role: MemberPayload['role'] = 'member'): MemberPayload => ({
  user,
  role,
})
const ids = (members: readonly { userId: number }[]) => members.map(({ userId }) => userId)

/** A conversation of user 1, which asks the test. */
function follow() {
  const conversation = new Conversation()
  const asks = {
    chat: vi.fn(async () => ({ type: 'CHAT' as const, chat: garden })),
    history: vi.fn(async () => Promise.reject(new Error('refused'))),
    pins: vi.fn(async () => ({ type: 'PINS' as const, messages: [] })),
    presence: vi.fn(async () => ({ type: 'PRESENCE' as const, users: [] })),
  }
  const names = { displayName: (id: number) => `User ${id}`, named: () => [7] }
  const client = Object.assign(new ToldEvents(), asks, { names })
  conversation.attach(client)
  let offset = 0
  return {
    ...{ conversation, client, asks },
    state: () => conversation.chat(chat),
    listed: () => conversation.chats().map(({ chat }) => chat.id),
    made(change: Partial<ChatPayload> = {}, added = [member(1), member(2, 'owner'), member(3)]) {
      client.tell('chatChanged', {
        ...{ type: 'CHAT_CHANGED', chat: { ...garden, ...change }, by: 2, at, offset: ++offset },
        added,
      })
    },
    members(change: Partial<MembersChanged>) {
      client.tell('membersChanged', {
        ...{ type: 'MEMBERS_CHANGED', chat_id: 1, act: 'add', members: 3, by: 2, at },
        ...{ offset: ++offset, ...change },
      })
    },
  }
}

describe('a chat with members', () => {
  it('is there once it is made, with nothing said in it', () => {
    const { state, made, listed, asks } = follow()
    made()
    expect(state()).toMatchObject({
      ...{ title: 'Garden', settings: garden, role: 'member', memberCount: 3, hasMore: false },
      members: [
        { userId: 1, role: 'member' },
        { userId: 2, role: 'owner' },
        { userId: 3, role: 'member' },
      ],
    })
    expect(listed()).toEqual([1])
    expect(asks.history).not.toHaveBeenCalled()
  })

  it('is renamed, and has the other user where it is direct', () => {
    const { client, state, made } = follow()
    made()
    client.tell('chatChanged', {
      ...{ type: 'CHAT_CHANGED', chat: { ...garden, title: 'Yard' }, by: 2, at, offset: 9 },
    })
    expect(state()).toMatchObject({ title: 'Yard', role: 'member', direct: undefined })
    expect(state().members).toHaveLength(3)
    made({ direct: [1, 4] }, [member(1), member(4)])
    expect(state().direct).toBe(4)
  })

  it('follows its members: who comes, who goes, who may do what', () => {
    const { state, made, members } = follow()
    made()
    members({ added: [member(4, 'reader')], members: 4 })
    members({ act: 'leave', removed: [3], members: 3 })
    members({ act: 'role', roles: [{ user: 1, role: 'moderator' }] })
    members({ act: 'mute', muted: [{ user: 1, until: at }] })
    expect(ids(state().members)).toEqual([1, 2, 4])
    expect(state()).toMatchObject({ role: 'moderator', mutedUntil: at, memberCount: 3 })
    members({ act: 'role', roles: [{ user: 1, role: 'member' }] })
    expect(state()).toMatchObject({ role: 'member', mutedUntil: at })
    members({ act: 'mute', muted: [{ user: 1, until: null }] })
    members({ act: 'mute', muted: [{ user: 9, until: at }] })
    expect(state().mutedUntil).toBeUndefined()
    expect(ids(state().members)).toEqual([1, 2, 4])
  })

  it('knows what was asked of it and its members', () => {
    const { client, state } = follow()
    const own = { ...member(1, 'moderator'), muted_until: at }
    client.tell('answer', { type: 'CHAT', chat: garden, member: own })
    client.tell('answer', {
      ...{ type: 'MEMBERS', ...chat, has_more: true },
      members: [{ ...member(3), name: 'Carl' }],
    })
    expect(state()).toMatchObject({ title: 'Garden', role: 'moderator', mutedUntil: at })
    expect(ids(state().members)).toEqual([1, 3])
  })

  it('is in the list of chats with what the server says of it', () => {
    const { client, state, listed } = follow()
    const summary = { ...chat, unread: 4, mentions: 2, delivered: 3, read: 3 }
    const profile = { title: 'Garden', role: 'owner', members: 9, notify: 'mentions' } as const
    const last_message = messagePayload(9)
    client.tell('answer', { type: 'CHATS', chats: [{ ...summary, ...profile, last_message }] })
    expect(state()).toMatchObject({
      ...{ title: 'Garden', role: 'owner', memberCount: 9, notify: 'mentions' },
      ...{ unread: 4, mentions: 2, direct: undefined },
    })
    expect(listed()).toEqual([1])
  })

  it('is set as the user wants it on any device', () => {
    const { client, state } = follow()
    expect(state().notify).toBe('all')
    client.tell('chatSettings', { type: 'CHAT_SETTINGS', ...chat, notify: 'none', offset: 1 })
    expect(state().notify).toBe('none')
  })
})

describe('a chat that the user is added to', () => {
  it('appears, and is asked for with what was said, what is pinned, and who is here', async () => {
    const { asks, listed, members } = follow()
    members({ added: [member(1)] })
    members({ chat_id: 2, added: [member(1)] })
    members({ chat_id: 3, added: [member(4)] })
    expect(listed()).toEqual([1, 2])
    await Promise.resolve()
    expect(asks.chat.mock.calls).toEqual([[1], [2]])
    expect(asks.history.mock.calls).toEqual([
      [{ chat_id: 1, limit: 50 }],
      [{ chat_id: 2, limit: 50 }],
    ])
    expect(asks.pins.mock.calls).toEqual([[{ chat_id: 1 }], [{ chat_id: 2 }]])
    expect(asks.presence).toHaveBeenCalledTimes(1)
  })

  it('is not asked for what was said where the client has narrowed itself to others', () => {
    const { asks, client, members } = follow()
    client.tell('narrowed', { chats: [2] })
    members({ added: [member(1)] })
    expect(asks.chat).toHaveBeenCalled()
    expect(asks.history).not.toHaveBeenCalled()
  })
})

describe('a chat that the user is removed from', () => {
  it('goes away with all that was known of it', async () => {
    const { asks, client, conversation, state, listed, made, members } = follow()
    made()
    client.message(1)
    client.message(2, { chat_id: 2 })
    members({ act: 'remove', removed: [1], members: 2 })
    expect(listed()).toEqual([2])
    expect(conversation.messages(chat)).toEqual([])
    expect(state()).toMatchObject({ title: undefined, role: undefined, members: [], unread: 0 })
    await Promise.resolve()
    expect(asks.presence).toHaveBeenCalledTimes(1)
  })

  it('does not come back by answers that were asked for before', () => {
    const { client, conversation, listed, made, members } = follow()
    made()
    members({ act: 'remove', removed: [1], members: 2 })
    client.page([messagePayload(1)])
    client.tell('answer', { type: 'CHAT', chat: garden, member: member(1) })
    client.tell('answer', { type: 'MEMBERS', ...chat, members: [member(1)], has_more: false })
    const summary = { ...chat, unread: 1, delivered: 0, read: 0, last_message: messagePayload(1) }
    client.tell('answer', { type: 'CHATS', chats: [summary] })
    client.tell('answer', { type: 'PINS', ...chat, messages: [messagePayload(1)] })
    expect(listed()).toEqual([])
    expect(conversation.messages(chat)).toEqual([])
    expect(conversation.chat(chat).pins).toEqual([])
  })

  it('comes back where the user is added again, or on another connection', () => {
    const { client, conversation, listed, made, members } = follow()
    made()
    members({ act: 'remove', removed: [1], members: 2 })
    members({ added: [member(1)] })
    client.page([messagePayload(1)])
    expect(conversation.messages(chat)).toHaveLength(1)
    members({ act: 'leave', removed: [1], members: 2 })
    expect(listed()).toEqual([])
    client.tell('established', {
      ...{ type: 'CONNECTION_ESTABLISHED', userId: 1, timestamp: at, protocol: 1, sessionId: 's' },
      ...{ epoch: 'e', offset: 9, limits: { maxMessageBytes: 1 }, online: [1] },
    })
    client.page([messagePayload(1)])
    expect(conversation.messages(chat)).toHaveLength(1)
  })

  it('can still be looked at where anyone may read it', () => {
    const { client, conversation, listed, made, members } = follow()
    made({ visibility: 'public' })
    members({ act: 'leave', removed: [1], members: 2 })
    expect(listed()).toEqual([])
    client.page([messagePayload(1)])
    expect(conversation.messages(chat)).toHaveLength(1)
  })

  it('takes its threads and reports along', () => {
    const { client, conversation, made, members } = follow()
    made()
    client.message(1, { sender_id: 1 })
    client.message(2, { thread: 1 })
    const reported = { message_id: 1, sender_id: 1, reporter: 2, reason: 'x', content: 'y' }
    for (const chat_id of [1, 2])
      client.tell('reported', {
        ...{ type: 'REPORTED', offset: chat_id },
        report: { id: chat_id, chat_id, ...reported, created_at: at },
      })
    expect(conversation.threads()).toHaveLength(1)
    members({ act: 'remove', removed: [1], members: 2 })
    expect(conversation.threads()).toEqual([])
    expect(conversation.reports().map(({ chat_id }) => chat_id)).toEqual([2])
  })
})

describe('mentions', () => {
  it('are counted with what is unread, over devices', () => {
    const { client, state } = follow()
    client.message(1, { mentions: [1] })
    client.message(2, { mentions: [3] })
    client.message(3, { mentions: [3, 1] })
    client.message(4, { sender_id: 1, mentions: [1] })
    expect(state()).toMatchObject({ unread: 3, mentions: 2 })
    client.delete(3)
    expect(state()).toMatchObject({ unread: 2, mentions: 1 })
    client.read(1, 1)
    expect(state()).toMatchObject({ unread: 1, mentions: 0 })
  })

  it('begin with what the server has counted', () => {
    const { client, state } = follow()
    const counted = { ...chat, unread: 7, mentions: 3, delivered: 9, read: 2 }
    const last_message = messagePayload(9, { mentions: [1] })
    client.tell('answer', { type: 'CHATS', chats: [{ ...counted, last_message }] })
    client.message(10, { mentions: [1] })
    expect(state()).toMatchObject({ unread: 8, mentions: 4 })
    client.delete(5)
    expect(state()).toMatchObject({ unread: 7, mentions: 4 })
    client.read(1, 9)
    expect(state()).toMatchObject({ unread: 1, mentions: 1 })
  })

  it('are those of the newest text', () => {
    const { client, state, conversation } = follow()
    const edit = (id: number, mentions?: number[]) => {
      const about = { ...chat, id, sender_id: 2, content: 'x', offset: 20 + id }
      const edited_at = '2024-01-01T12:00:00.000Z'
      client.tell('edited', { ...about, edited_at, ...(mentions && { mentions }) })
    }
    const counted = { ...chat, unread: 3, mentions: 1, delivered: 9, read: 6 }
    client.message(8, { mentions: [1] })
    client.message(9)
    const last_message = messagePayload(9)
    client.tell('answer', { type: 'CHATS', chats: [{ ...counted, last_message }] })
    edit(9, [3, 1])
    expect(state()).toMatchObject({ unread: 3, mentions: 2 })
    edit(8)
    expect(state()).toMatchObject({ unread: 3, mentions: 1 })
    expect(conversation.message(chat, 8)).not.toHaveProperty('mentions')
    // It comes again, and changes nothing.
    edit(8)
    client.message(10)
    edit(10, [1])
    expect(state()).toMatchObject({ unread: 4, mentions: 2 })
    client.delete(9)
    expect(state()).toMatchObject({ unread: 3, mentions: 1 })
    edit(9, [1])
    expect(state()).toMatchObject({ unread: 3, mentions: 1 })
  })

  it('in a text are of members, and where not all are known, of any id', () => {
    const { conversation, made, members } = follow()
    expect(conversation.mentionsIn(chat, '@user 7, @User 8, @12')).toEqual([7, 12])
    made()
    const text = '@User 3: ask @2 and @9, @user 3!'
    expect(conversation.mentionsIn(chat, text)).toEqual([3, 2])
    members({ added: [member(4)], members: 5 })
    expect(conversation.mentionsIn(chat, text)).toEqual([3, 2, 9])
  })
})

describe('messages of a user whom one has blocked', () => {
  const block = (client: ToldEvents, blocked: boolean) =>
    client.tell('blocksChanged', { type: 'BLOCKS_CHANGED', user: 2, blocked, offset: 1 })

  it('are marked, those that were there and those that come', () => {
    const { client, conversation } = follow()
    const marked = () => conversation.messages(chat).map(({ isBlocked }) => isBlocked === true)
    client.message(2)
    client.message(3, { sender_id: 3 })
    const untouched = conversation.message(chat, 3)
    block(client, true)
    client.message(4)
    client.page([messagePayload(1)], { before: 2 })
    expect(marked()).toEqual([true, true, false, true])
    expect(conversation.chat(chat).lastMessage?.isBlocked).toBe(true)
    expect(conversation.message(chat, 3)).toBe(untouched)
    block(client, false)
    expect(marked()).toEqual([false, false, false, false])
    expect(conversation.messages(chat)[0]).toEqual({
      ...{ id: 1, sender_id: 2, content: 'text 1', created_at: at, offset: 1, reactions: [] },
    })
  })

  it('keep the edit that is last in the log', () => {
    const { client, conversation } = follow()
    client.message(1)
    client.edit(1, 'third', at, 3)
    block(client, true)
    client.edit(1, 'second', at, 2)
    expect(conversation.message(chat, 1)).toMatchObject({ content: 'third', isBlocked: true })
  })

  it('are those of whom the server names', () => {
    const { client, conversation } = follow()
    client.message(1)
    client.tell('answer', { type: 'BLOCKED', users: [2, 5] })
    expect(conversation.blocked()).toEqual(new Set([2, 5]))
    expect(conversation.message(chat, 1)?.isBlocked).toBe(true)
  })
})

describe('pins', () => {
  const pin = (client: ToldEvents, message_id: number, pinned = true) =>
    client.tell('pinned', {
      type: 'MESSAGE_PINNED',
      ...chat,
      message_id,
      pinned,
      by: 2,
      at,
      offset: 1,
    })

  it('are the newest pin first, as the messages are now', () => {
    const { client, state } = follow()
    const pins = () => state().pins.map(({ id, content }) => `${id} ${content}`)
    client.tell('answer', { type: 'PINS', ...chat, messages: [messagePayload(1)] })
    for (const id of [4, 5]) client.message(id)
    pin(client, 4)
    pin(client, 5)
    client.edit(1, 'changed')
    expect(pins()).toEqual(['5 text 5', '4 text 4', '1 changed'])
    pin(client, 4)
    pin(client, 5, false)
    expect(pins()).toEqual(['4 text 4', '1 changed'])
    client.delete(4)
    expect(pins()).toEqual(['1 changed'])
  })

  it('of messages that are not known are asked for', () => {
    const { asks, client } = follow()
    pin(client, 4)
    expect(asks.pins.mock.calls).toEqual([
      [{ ...chat, message_id: 4 }].map(() => expect.objectContaining(chat)),
    ])
    pin(client, 5, false)
    expect(asks.pins).toHaveBeenCalledTimes(1)
  })
})

describe('an answer that was asked for before something was told', () => {
  it('undoes none of it', () => {
    const { client, conversation, state, made, members } = follow()
    made()
    client.message(1)
    client.read(1, 0)
    members({ act: 'role', roles: [{ user: 1, role: 'moderator' }] })
    members({ act: 'remove', removed: [3], members: 2 })
    client.tell('chatChanged', {
      ...{
        type: 'CHAT_CHANGED',
        chat: { ...garden, title: 'Yard', members: 2 },
        by: 2,
        at,
        offset: 9,
      },
    })
    client.tell('chatSettings', { type: 'CHAT_SETTINGS', ...chat, notify: 'none', offset: 10 })
    const pin = { type: 'MESSAGE_PINNED', ...chat, message_id: 1, by: 2, at } as const
    client.tell('pinned', { ...pin, pinned: true, offset: 11 })
    client.tell('blocksChanged', { type: 'BLOCKS_CHANGED', user: 2, blocked: true, offset: 12 })
    const follows = { type: 'THREAD_FOLLOWED', ...chat, message_id: 1, offset: 13 } as const
    client.tell('threadFollowed', { ...follows, followed: true })
    const before = [state(), conversation.threads(), conversation.blocked()]
    const summary = { ...chat, unread: 1, delivered: 0, read: 0, last_message: messagePayload(1) }
    client.tell('answer', {
      type: 'CHATS',
      chats: [{ ...summary, title: 'Garden', role: 'member' }],
    })
    client.tell('answer', { type: 'CHAT', chat: garden, member: member(1) })
    client.tell('answer', { type: 'MEMBERS', ...chat, members: [member(3)], has_more: false })
    client.tell('answer', { type: 'PINS', ...chat, messages: [] })
    client.tell('answer', { type: 'BLOCKED', users: [] })
    client.tell('answer', { type: 'THREADS', threads: [] })
    expect([state(), conversation.threads(), conversation.blocked()]).toEqual(before)
    expect(state().members).toHaveLength(2)
  })

  it('undoes nothing of a chat that the user has come back to, nor of another history', () => {
    const { client, state, made, members } = follow()
    made()
    members({ act: 'role', roles: [{ user: 2, role: 'reader' }] })
    members({ act: 'leave', removed: [1], members: 2 })
    members({ act: 'join', added: [member(1)], members: 3 })
    const tellMembers = () =>
      client.tell('answer', {
        ...{ type: 'MEMBERS', ...chat, members: [member(2, 'owner')], has_more: false },
      })
    tellMembers()
    expect(state().members).toMatchObject([{ userId: 1 }, { userId: 2, role: 'owner' }])
    members({ act: 'role', roles: [{ user: 2, role: 'reader' }] })
    client.tell('gap', { epoch: 'f', offset: 1 })
    tellMembers()
    expect(state().members).toMatchObject([{ userId: 2, role: 'owner' }])
  })
})

describe('reports', () => {
  const report = (id: number, resolution?: string) => ({
    ...{ id, chat_id: 1, message_id: 1, sender_id: 2, reporter: 3, reason: 'x', content: 'y' },
    ...{ created_at: at, ...(resolution !== undefined && { resolution }) },
  })

  it('are those that wait, the oldest first', () => {
    const { client, conversation } = follow()
    const waiting = () => conversation.reports().map(({ id }) => id)
    client.tell('reported', { type: 'REPORTED', report: report(4), offset: 1 })
    const reports = [report(2), report(3, 'done'), report(4)]
    client.tell('answer', { type: 'REPORTS', reports, has_more: false })
    expect(waiting()).toEqual([2, 4])
    client.tell('reportResolved', {
      ...{ type: 'REPORT_RESOLVED', report_id: 2, resolution: 'none', by: 1, at, offset: 2 },
    })
    expect(waiting()).toEqual([4])
    expect(conversation.reports()).toBe(conversation.reports())
  })
})

describe('names', () => {
  it('are those of the client, and a change is told', async () => {
    const { client, conversation } = follow()
    const listener = vi.fn()
    conversation.subscribe(listener)
    expect(conversation.displayName(2)).toBe('User 2')
    expect(new Conversation().displayName(2)).toBe('2')
    client.tell('names', { ids: [2] })
    await Promise.resolve()
    expect(listener).toHaveBeenCalledTimes(1)
  })
})

describe('a deletion by a moderator', () => {
  it('tells who it was', () => {
    const { client, conversation } = follow()
    client.message(1)
    client.tell('deleted', { chat_id: 1, id: 1, sender_id: 2, deleted_at: at, by: 9, offset: 2 })
    expect(conversation.message(chat, 1)).toMatchObject({ content: '', deleted_by: 9 })
  })
})
