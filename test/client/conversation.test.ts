import { describe, expect, it, vi } from 'vitest'
import { Conversation, type ConversationOptions } from '../../src/client/conversation.ts'
import type { SupportQueue } from '../../src/protocol/questions.ts'
import { messagePayload, ToldEvents } from './told-events.ts'

const chat = { chat_id: 1 }
const at = '2024-01-01T12:00:00.000Z'

function follow(options?: ConversationOptions) {
  const conversation = new Conversation(options)
  const client = new ToldEvents()
  const detach = conversation.attach(client)
  const ids = () => conversation.messages(chat).map(({ id }) => id)
  const find = (id: number) => conversation.message(chat, id)
  return { conversation, client, detach, ids, find }
}

describe('the messages of a chat', () => {
  it('are those that have come, with what became of them', () => {
    const { client, conversation, find } = follow()
    client.message(1)
    client.message(2, { reply_to: 1, file_type: 'image/png', file_paths: 'a.png' })
    client.edit(1, 'better')
    client.react(1, 3, '👍')
    client.react(1, 2, '🎉')
    client.react(1, 2, '👍')
    client.react(1, 3, '👍', true)
    client.react(1, 2, '🎉', true)
    client.delete(2)
    const said = { sender_id: 2, created_at: at }
    const reactions = [{ emoji: '👍', userIds: [2] }]
    expect(conversation.messages(chat)).toEqual([
      { ...said, id: 1, content: 'better', edited_at: at, offset: 1, reactions },
      { ...said, id: 2, content: '', deleted_at: at, offset: 2, reply_to: 1, reactions: [] },
    ])
    expect(find(1)).toBe(conversation.messages(chat)[0])
    expect(find(3)).toBeUndefined()
  })

  it('are not edited after their deletion, nor by an edit older than the last', () => {
    const { client, find } = follow()
    client.message(1)
    client.edit(1, 'new', '2024-01-01T12:00:00.002Z', 3)
    client.react(1, 2, '👍')
    client.edit(1, 'old', '2024-01-01T12:00:00.001Z', 2)
    expect(find(1)?.content).toBe('new')
    client.delete(1)
    client.edit(1, 'late', '2024-01-01T12:00:00.003Z')
    expect(find(1)).toMatchObject({ content: '', deleted_at: at })
  })

  it('show the edit that is last in the log, whatever the clocks said', () => {
    const { client, find } = follow()
    client.page([messagePayload(1, { content: 'first', edited_at: '2024-01-01T12:02:00.000Z' })])
    client.edit(1, 'second', '2024-01-01T12:02:01.000Z', 2)
    client.edit(1, 'third', '2024-01-01T12:00:00.000Z', 3)
    expect(find(1)).toMatchObject({ content: 'third', edited_at: '2024-01-01T12:00:00.000Z' })
  })

  it('of one chat are not those of another kind with the same id', () => {
    const { client, conversation, ids } = follow()
    const { chat_id: _, ...payload } = messagePayload(9)
    client.tell('supportMessage', { ...payload, support_chat_id: 1 })
    expect(ids()).toEqual([])
    expect(conversation.messages({ support_chat_id: 1 })).toHaveLength(1)
  })

  it('are kept up to a limit, the newest of them', () => {
    const { client, conversation, ids } = follow({ maxMessages: 3 })
    for (let id = 1; id <= 5; id += 1) client.message(id)
    expect(ids()).toEqual([3, 4, 5])
    expect(conversation.chat(chat).hasMore).toBe(true)
  })

  it('are kept in the chats of the last news and looks', () => {
    const { client, conversation } = follow({ maxChats: 2 })
    client.message(1)
    client.message(2, { chat_id: 2 })
    conversation.messages(chat)
    client.message(3, { chat_id: 3 })
    const kept = [1, 2, 3].map((chat_id) => conversation.messages({ chat_id }).length)
    expect(kept).toEqual([1, 0, 1])
    expect(conversation.chat({ chat_id: 2 })).toMatchObject({ lastMessage: { id: 2 }, unread: 1 })
  })
})

describe('pages of history', () => {
  it('go before what has come, without a repetition', () => {
    const { client, conversation, ids } = follow()
    client.message(5)
    client.page(
      [3, 4, 5].map((id) => messagePayload(id)),
      { has_more: true },
    )
    expect(ids()).toEqual([3, 4, 5])
    expect(conversation.chat(chat).hasMore).toBe(true)
    client.page(
      [1, 2].map((id) => messagePayload(id)),
      { before: 3 },
    )
    expect(ids()).toEqual([1, 2, 3, 4, 5])
    expect(conversation.chat(chat).hasMore).toBe(false)
  })

  it('are not taken where they would leave a hole', () => {
    const { client, ids } = follow()
    client.page([messagePayload(2)], { before: 3 })
    expect(ids()).toEqual([])
    client.message(9)
    client.page([messagePayload(2)], { before: 3 })
    expect(ids()).toEqual([9])
  })

  it('do not undo what has come since they were read', () => {
    const { client, find } = follow()
    client.message(2)
    client.edit(2, 'edited')
    client.delete(1)
    client.react(3, 4, '👍')
    client.page([1, 2, 3].map((id) => messagePayload(id)))
    expect(find(1)).toMatchObject({ content: '', deleted_at: at })
    expect(find(2)).toMatchObject({ content: 'edited' })
    expect(find(3)).toMatchObject({ reactions: [{ emoji: '👍', userIds: [4] }] })
  })

  it('that were scrolled to are not forgotten as new messages come', () => {
    const { client, ids } = follow({ maxMessages: 2 })
    client.message(5)
    client.page([1, 2, 3, 4].map((id) => messagePayload(id)))
    client.message(6)
    client.message(7)
    expect(ids()).toEqual([3, 4, 5, 6, 7])
  })
})

describe('unread messages', () => {
  it('are those of others above the own read cursor', () => {
    const { client, conversation } = follow()
    const unread = () => conversation.chat(chat).unread
    client.message(1)
    client.message(2, { sender_id: 1 })
    client.message(3)
    expect(unread()).toBe(2)
    client.read(2, 3)
    expect(unread()).toBe(2)
    client.read(1, 1)
    expect(unread()).toBe(1)
    client.read(1, 3)
    client.message(4)
    expect(unread()).toBe(1)
  })

  it('begin with what the server has counted, whichever comes first', () => {
    const counted = {
      chat_id: 1,
      unread: 7,
      delivered: 9,
      read: 2,
      last_message: messagePayload(9),
    }
    for (const order of ['before', 'after']) {
      const { client, conversation } = follow()
      const summary = () => client.tell('answer', { type: 'CHATS', chats: [counted] })
      if (order === 'before') summary()
      client.message(9)
      client.message(10)
      if (order === 'after') summary()
      expect(conversation.chat(chat)).toMatchObject({ unread: 8, lastMessage: { id: 10 } })
      expect(conversation.chat(chat).cursors.get(1)).toEqual({ delivered: 9, read: 2 })
      client.read(1, 9)
      expect(conversation.chat(chat).unread).toBe(1)
    }
  })

  it('are counted exactly once what is known reaches back to the cursor', () => {
    const { client, conversation } = follow()
    const last_message = messagePayload(9)
    const counted = { chat_id: 1, unread: 7, delivered: 2, read: 2, last_message }
    client.tell('answer', { type: 'CHATS', chats: [counted] })
    client.read(1, 5)
    expect(conversation.chat(chat).unread).toBe(7)
    client.page(
      [5, 6, 7, 8, 9].map((id) => messagePayload(id)),
      { has_more: true },
    )
    expect(conversation.chat(chat).unread).toBe(4)
  })

  it('are not those that were deleted, known or only counted', () => {
    const { client, conversation } = follow()
    const counted = {
      chat_id: 1,
      unread: 3,
      delivered: 2,
      read: 2,
      last_message: messagePayload(5),
    }
    client.tell('answer', { type: 'CHATS', chats: [counted] })
    client.message(6)
    client.delete(6)
    client.delete(4)
    client.delete(1)
    expect(conversation.chat(chat).unread).toBe(2)
  })

  it('stay counted when the messages are forgotten', () => {
    const { client, conversation } = follow({ maxMessages: 2 })
    for (let id = 1; id <= 5; id += 1) client.message(id)
    expect(conversation.chat(chat).unread).toBe(5)
    client.read(1, 4)
    expect(conversation.chat(chat).unread).toBe(1)
  })
})

describe('what else is known of a chat', () => {
  it('is who types, and how far each has come, never back', () => {
    const { client, conversation } = follow()
    const typing = (userId: number, isTyping: boolean) =>
      client.tell('typing', { type: 'TYPING', ...chat, userId, typing: isTyping })
    for (const userId of [3, 2]) typing(userId, true)
    expect(conversation.chat(chat).typing).toEqual([3, 2])
    typing(3, false)
    client.read(2, 5)
    client.read(2, 4)
    client.tell('receipt', { type: 'RECEIPT', ...chat, userId: 2, delivered: 8, read: 0 })
    expect(conversation.chat(chat)).toMatchObject({
      typing: [2],
      cursors: new Map([[2, { delivered: 8, read: 5 }]]),
    })
  })

  it('is the state of a support chat', () => {
    const { client, conversation } = follow()
    const support = { support_chat_id: 4 }
    const change = { changed_by: 9, changed_at: at, offset: 1 }
    expect(conversation.chat(support).support).toBeUndefined()
    client.tell('supportChat', { ...support, status: 'closed', assignee: 9, ...change })
    expect(conversation.chat(support).support).toEqual({ status: 'closed', assignee: 9 })
    const waiting = { ...support, assignee: null, waiting_since: null, waiting_seconds: 0 }
    const queue: SupportQueue = { type: 'SUPPORT_QUEUE', chats: [waiting] }
    client.tell('answer', queue)
    expect(conversation.chat(support).support).toEqual({ status: 'open', assignee: null })
    expect(conversation.chats().map(({ chat }) => chat)).toEqual([{ kind: 'support', id: 4 }])
  })

  it('is listed with the newest message first', () => {
    const { client, conversation } = follow()
    client.message(1)
    client.message(2, { chat_id: 2 })
    client.message(3)
    conversation.chat({ chat_id: 7 })
    expect(conversation.chats().map(({ chat }) => chat.id)).toEqual([1, 2])
  })
})

describe('the users', () => {
  it('come, idle and leave', () => {
    const { client, conversation } = follow()
    const greeting = { type: 'CONNECTION_ESTABLISHED', userId: 1, timestamp: at } as const
    const place = { protocol: 1, sessionId: 's', epoch: 'e', offset: 0 } as const
    const limits = { maxMessageBytes: 1 }
    const established = { ...greeting, ...place, limits }
    client.tell('established', { ...established, online: [1, 2] })
    client.tell('presence', { userId: 3, isOnline: true, timestamp: at })
    client.tell('activity', { type: 'USER_ACTIVITY', userId: 2, state: 'idle', timestamp: at })
    client.tell('presence', { userId: 3, isOnline: false, timestamp: at })
    const status = () => conversation.users().map(({ userId, status }) => `${userId} ${status}`)
    expect(status()).toEqual(['1 active', '2 idle', '3 offline'])
    expect(conversation.user(3)).toMatchObject({ lastSeen: at, connections: 0 })
    client.tell('established', { ...established, online: [1, 3] })
    expect(status()).toEqual(['1 active', '2 offline', '3 active'])
    client.tell('answer', {
      type: 'PRESENCE',
      users: [{ userId: 1, status: 'idle', connections: 2 }],
    })
    expect(conversation.users()).toEqual([{ userId: 1, status: 'idle', connections: 2 }])
  })
})

describe('a narrowed conversation', () => {
  it('forgets the messages of other chats, and takes none in', () => {
    const { client, conversation, ids } = follow()
    client.message(1)
    client.message(2, { chat_id: 2 })
    client.tell('narrowed', { chats: [2] })
    client.page([messagePayload(1)])
    expect(ids()).toEqual([])
    expect(conversation.messages({ chat_id: 2 })).toHaveLength(1)
    expect(conversation.chat(chat)).toMatchObject({ lastMessage: { id: 1 }, unread: 1 })
    client.tell('narrowed', {})
    client.page([messagePayload(1)])
    expect(ids()).toEqual([1])
  })
})

describe('another history', () => {
  it('leaves nothing of the chats', () => {
    const { client, conversation, ids } = follow()
    client.message(1)
    client.read(2, 1)
    client.tell('gap', { epoch: 'f', offset: 3 })
    expect(ids()).toEqual([])
    expect(conversation.chats()).toEqual([])
    expect(conversation.chat(chat).cursors.size).toBe(0)
  })
})

describe('what is read', () => {
  it('is the same until it changed', () => {
    const { client, conversation, find } = follow()
    client.message(1)
    client.message(2)
    const read = () => [conversation.messages(chat), conversation.chat(chat), conversation.chats()]
    const before = read()
    for (const [i, value] of read().entries()) expect(value).toBe(before[i])
    const untouched = find(1)
    client.edit(2, 'x')
    for (const [i, value] of read().entries()) expect(value).not.toBe(before[i])
    expect(find(1)).toBe(untouched)
    const messages = conversation.messages(chat)
    client.read(2, 1)
    client.edit(7, 'x')
    expect(conversation.messages(chat)).toBe(messages)
    expect(conversation.users()).toBe(conversation.users())
  })

  it('is told of once for many changes, and not after the end', () => {
    const flushes: (() => void)[] = []
    const { client, conversation, detach } = follow({ schedule: (flush) => flushes.push(flush) })
    const listener = vi.fn()
    const end = conversation.subscribe(listener)
    for (let id = 1; id <= 10; id += 1) client.message(id)
    expect(listener).not.toHaveBeenCalled()
    expect(flushes).toHaveLength(1)
    flushes[0]!()
    expect(listener).toHaveBeenCalledTimes(1)
    client.message(11)
    expect(flushes).toHaveLength(2)
    end()
    flushes[1]!()
    expect(listener).toHaveBeenCalledTimes(1)
    detach()
    client.message(12)
    expect(flushes).toHaveLength(2)
  })
})
