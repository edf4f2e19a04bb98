import { describe, expect, it } from 'vitest'
import { Attention } from '../../src/view/attention.ts'
import { ChatPages } from '../../src/view/chat-pages.ts'
import { ChatView } from '../../src/view/chat-view.ts'
import { Readings } from '../../src/view/reading.ts'
import { createScriptedClient } from '../client/scripted-client.ts'
import { messagePayload } from '../client/told-events.ts'

const chat = { chat_id: 1 }

/** Lets promises and what waits for a microtask go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A chat that the user has read up to a message, and opens; it holds 1 to 5 unless given. */
async function openChat({ read = 2, ids = [1, 2, 3, 4, 5], hasMore = false } = {}) {
  const { client, open } = createScriptedClient()
  const view = new ChatView(client)
  const socket = open()
  const reading = view.part(Readings).of(chat).shown
  const end = view.part(ChatPages).want({ chat })
  const leave = reading.subscribe(() => {})
  const answer = async (type: string, frame: object) => {
    const { client_id } = socket.sent.findLast((one) => one.type === type)!
    socket.receive({ type, client_id, ...frame } as never)
    await settle()
  }
  const messages = ids.map((id) => messagePayload(id))
  await answer('HISTORY', { chat_id: 1, messages, has_more: hasMore })
  const summary = { chat_id: 1, unread: 5 - read, delivered: 5, read }
  await answer('CHATS', { chats: [{ ...summary, last_message: messagePayload(5) }] })
  return {
    view,
    answer,
    reading,
    leave: () => {
      end()
      leave()
    },
    message: async (id: number, sender_id = 2) => {
      socket.receive({ type: 'MESSAGE', payload: messagePayload(id, { sender_id }) })
      await settle()
    },
    read: () => view.conversation.chat(chat).cursors.get(1)?.read,
  }
}

describe('an open chat', () => {
  it('has a line above what is unread, which stays while it is read', async () => {
    const { reading, read, message } = await openChat()
    expect(reading.get()).toMatchObject({ firstUnreadId: 3, unread: 3, isAtEnd: false })
    expect(read()).toBe(2)
    reading.get().atEnd(true)
    await settle()
    expect(read()).toBe(5)
    await message(6)
    expect(reading.get()).toMatchObject({ firstUnreadId: 3, unread: 0, isAtEnd: true })
  })

  it('has none where all was read, and none for what comes while one looks', async () => {
    const { reading, message } = await openChat({ read: 5 })
    reading.get().atEnd(true)
    await message(6)
    expect(reading.get()).toMatchObject({ firstUnreadId: undefined, unread: 0 })
  })

  it('is read no further while nobody looks, and has a line above that', async () => {
    const { view, reading, message, read } = await openChat({ read: 5 })
    reading.get().atEnd(true)
    view.part(Attention).set(false)
    await message(6, 1)
    await message(7)
    await message(8)
    expect(reading.get()).toMatchObject({ firstUnreadId: 7, unread: 2 })
    expect(read()).toBe(5)
    view.part(Attention).set(true)
    expect(read()).toBe(8)
    expect(reading.get()).toMatchObject({ firstUnreadId: 7, unread: 0 })
    view.part(Attention).set(false)
    await message(9)
    expect(reading.get().firstUnreadId).toBe(9)
  })

  it('is read no further while its end is not on the screen', async () => {
    const { reading, message, read } = await openChat({ read: 5 })
    reading.get().atEnd(true)
    reading.get().atEnd(false)
    await message(6)
    expect(read()).toBe(5)
    expect(reading.get()).toMatchObject({ firstUnreadId: 6, unread: 1 })
  })

  it('has the line where what is unread begins, even before the first page', async () => {
    const { view, answer, reading } = await openChat({ read: 2, ids: [4, 5], hasMore: true })
    reading.get().atEnd(true)
    expect(reading.get().firstUnreadId).toBeUndefined()
    void view.part(ChatPages).loadOlder({ chat })
    const messages = [1, 2, 3].map((id) => messagePayload(id))
    await answer('HISTORY', { chat_id: 1, messages, before: 4, has_more: false })
    expect(reading.get().firstUnreadId).toBe(3)
  })

  it('forgets the line when it is left', async () => {
    const { reading, leave } = await openChat()
    reading.get().atEnd(true)
    leave()
    expect(reading.get().firstUnreadId).toBeUndefined()
    expect(reading.get().isAtEnd).toBe(false)
    reading.get().atEnd(true)
    expect(reading.get().isAtEnd).toBe(false)
  })
})
