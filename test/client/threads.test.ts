import { describe, expect, it } from 'vitest'
import { Conversation } from '../../src/client/conversation.ts'
import type { MessagePayload } from '../../src/protocol/payloads.ts'
import { messagePayload, ToldEvents } from './told-events.ts'

const chat = { chat_id: 1 }
const at = '2024-01-01T12:00:00.000Z'

function follow(maxMessages = 100) {
  const conversation = new Conversation({ maxMessages })
  const client = new ToldEvents()
  conversation.attach(client)
  return {
    ...{ conversation, client },
    root: () => conversation.message(chat, 1),
    replies: () => conversation.thread(chat, 1).map(({ id }) => id),
    threads: () =>
      conversation.threads().map(({ rootId, replies, lastReply, unread }) => ({
        ...{ rootId, replies, last: lastReply?.id, unread },
      })),
    page: (messages: MessagePayload[], range: { before?: number; has_more?: boolean } = {}) =>
      client.tell('answer', {
        type: 'HISTORY',
        ...chat,
        messages,
        thread: 1,
        has_more: false,
        ...range,
      }),
    followed: (message_id: number, isFollowed = true) =>
      client.tell('threadFollowed', {
        ...{ type: 'THREAD_FOLLOWED', ...chat, message_id, followed: isFollowed, offset: 1 },
      }),
  }
}

describe('a message that a thread begins with', () => {
  it('counts its replies, and has the last', () => {
    const { client, root } = follow()
    client.message(1)
    expect(root()?.replies).toBeUndefined()
    client.message(2, { thread: 1 })
    client.message(3)
    client.message(4, { thread: 1 })
    expect(root()?.replies).toEqual({ count: 2, last_id: 4, last_at: at })
  })

  it('counts each once, whether a page has counted it or not', () => {
    const { client, root } = follow()
    client.message(5, { thread: 1 })
    client.message(6, { thread: 1 })
    const replies = { count: 4, last_id: 5, last_at: at }
    client.page([messagePayload(1, { replies }), messagePayload(5, { thread: 1 })])
    expect(root()?.replies).toEqual({ count: 5, last_id: 6, last_at: at })
  })
})

describe('the replies of a thread', () => {
  it('are those that are known, and that come', () => {
    const { client, conversation, replies } = follow()
    client.message(1)
    client.message(2, { thread: 1 })
    expect(replies()).toEqual([2])
    client.message(3)
    client.message(4, { thread: 1 })
    expect(replies()).toEqual([2, 4])
    expect(conversation.messages(chat)).toHaveLength(4)
    expect(conversation.thread(chat, 1)).toBe(conversation.thread(chat, 1))
    client.message(5)
    client.edit(2, 'changed')
    expect(conversation.thread(chat, 1)[0]).toMatchObject({ content: 'changed' })
  })

  it('are paged by themselves, and leave no hole in the chat', () => {
    const { client, conversation, page, replies } = follow()
    client.message(9, { thread: 1 })
    page([messagePayload(5, { thread: 1 }), messagePayload(9, { thread: 1 })], { has_more: true })
    page([messagePayload(2, { thread: 1 })], { before: 5 })
    expect(replies()).toEqual([2, 5, 9])
    expect(conversation.messages(chat).map(({ id }) => id)).toEqual([9])
    client.react(2, 3, '👍')
    expect(conversation.message(chat, 2)?.reactions).toEqual([{ emoji: '👍', userIds: [3] }])
    client.delete(5)
    expect(conversation.thread(chat, 1)[1]).toMatchObject({ id: 5, content: '' })
  })

  it('are forgotten with the messages of the chat, and those of the last looks are kept', () => {
    const { client, conversation, page, replies } = follow()
    page([messagePayload(2, { thread: 1 })])
    for (let root = 100; root < 120; root += 1) conversation.thread(chat, root)
    expect(replies()).toEqual([])
    page([messagePayload(2, { thread: 1 })])
    expect(replies()).toEqual([2])
    client.tell('narrowed', { chats: [7] })
    expect(replies()).toEqual([])
  })
})

describe('a thread that one follows', () => {
  it('is one that one has begun, replied in, or chosen', () => {
    const { client, followed, threads } = follow()
    client.message(1, { sender_id: 1 })
    client.message(2)
    client.message(3, { thread: 2 })
    expect(threads()).toEqual([])
    client.message(4, { thread: 1 })
    client.message(5, { sender_id: 1, thread: 2 })
    followed(3)
    const of = (rootId: number, replies: number, last?: number, unread = 0) => ({
      ...{ rootId, replies, last, unread },
    })
    expect(threads()).toEqual([of(2, 2, 5), of(1, 1, 4, 1), of(3, 0)])
    followed(3, false)
    followed(2, false)
    client.message(6, { sender_id: 1, thread: 2 })
    expect(threads()).toEqual([of(1, 1, 4, 1)])
    followed(2)
    expect(threads()).toEqual([of(1, 1, 4, 1), of(2, 3)])
  })

  it('has what the server has counted, and what has come since', () => {
    const { client, conversation, threads } = follow()
    const thread = {
      ...{ root: messagePayload(1), replies: 5, unread: 2, read: 4 },
      last_reply: messagePayload(6, { thread: 1 }),
    }
    client.tell('answer', { type: 'THREADS', threads: [thread] })
    client.message(6, { thread: 1 })
    client.message(7, { thread: 1 })
    client.message(8, { sender_id: 1, thread: 1 })
    expect(threads()).toEqual([{ rootId: 1, replies: 7, last: 8, unread: 3 }])
    client.delete(7)
    client.delete(7)
    client.edit(1, 'changed')
    expect(conversation.threads()[0]).toMatchObject({ unread: 2, root: { content: 'changed' } })
    client.delete(8)
    expect(conversation.threads()[0]?.lastReply).toMatchObject({ id: 8, content: '' })
    expect(conversation.threads()).toBe(conversation.threads())
  })

  it('is read as far as the user has looked', () => {
    const { client, threads } = follow()
    client.message(1, { sender_id: 1 })
    for (const id of [2, 3]) client.message(id, { thread: 1 })
    const read = (id: number) => client.tell('threadRead', { ...chat, thread: 1, id })
    read(3)
    expect(threads()[0]?.unread).toBe(0)
    client.message(4, { thread: 1 })
    read(2)
    expect(threads()[0]?.unread).toBe(1)
    read(4)
    const older = { replies: 3, unread: 3, read: 0, last_reply: messagePayload(4, { thread: 1 }) }
    client.tell('answer', {
      ...{ type: 'THREADS', threads: [{ ...older, root: messagePayload(1, { sender_id: 1 }) }] },
    })
    expect(threads()).toEqual([{ rootId: 1, replies: 3, last: 4, unread: 0 }])
  })

  it('is marked where the user has blocked who wrote in it', () => {
    const { client, conversation } = follow()
    const thread = { root: messagePayload(1), replies: 1, unread: 1, read: 0 }
    const last_reply = messagePayload(6, { thread: 1, sender_id: 3 })
    client.tell('answer', { type: 'THREADS', threads: [{ ...thread, last_reply }] })
    const marks = () => {
      const [first] = conversation.threads()
      return [first?.root?.isBlocked, first?.lastReply?.isBlocked]
    }
    client.tell('blocksChanged', { type: 'BLOCKS_CHANGED', user: 3, blocked: true, offset: 1 })
    expect(marks()).toEqual([undefined, true])
    client.tell('answer', { type: 'THREADS', threads: [{ ...thread, last_reply }] })
    expect(marks()).toEqual([undefined, true])
    client.tell('blocksChanged', { type: 'BLOCKS_CHANGED', user: 3, blocked: false, offset: 2 })
    expect(marks()).toEqual([undefined, undefined])
  })

  it('is gone with another history', () => {
    const { client, threads } = follow()
    client.message(1, { sender_id: 1 })
    client.message(2, { thread: 1 })
    client.tell('gap', { epoch: 'f', offset: 3 })
    expect(threads()).toEqual([])
  })
})
