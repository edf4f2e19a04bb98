import { describe, expect, it } from 'vitest'
import { useChats } from '../../src/react/use-chats.ts'
import { useConnection } from '../../src/react/use-connection.ts'
import { useMessages } from '../../src/react/use-messages.ts'
import { usePresence, useUser } from '../../src/react/use-people.ts'
import { useSend } from '../../src/react/use-send.ts'
import { useTyping } from '../../src/react/use-typing.ts'
import { isPending, messageKey } from '../../src/view/draft.ts'
import type { ScriptedSocket } from '../client/scripted-socket.ts'
import { messagePayload } from '../client/told-events.ts'
import { until } from '../support/until.ts'
import { type ScriptedChat, scriptedChat, settled, showHook } from './shown.tsx'

const room = { chat_id: 1 }

/** The last question of a type that was asked, which is waited for. */
async function asked(socket: ScriptedSocket, type: string): Promise<string> {
  const find = () => socket.sent.findLast((frame) => frame.type === type)
  await until(() => find() !== undefined, `the question ${type}`)
  return find()!.client_id!
}

/** Answers the page of chat 1 that was asked for last. */
async function page(socket: ScriptedSocket, ids: readonly number[], has_more = false) {
  const client_id = await asked(socket, 'HISTORY')
  const { before } = socket.sent.findLast(({ type }) => type === 'HISTORY') as { before?: number }
  const messages = ids.map((id) => messagePayload(id))
  const range = before === undefined ? {} : { before }
  socket.receive({ type: 'HISTORY', chat_id: 1, messages, has_more, ...range, client_id })
}

function tell(socket: ScriptedSocket, id: number, more: object = {}): void {
  socket.receive({ type: 'MESSAGE', payload: messagePayload(id, more) })
}

/** A chat whose first page, messages 1 and 2, is shown. */
async function withPage(given: ScriptedChat) {
  const socket = given.open()
  const shown = showHook(given, () => {
    const { messages, status } = useMessages(room)
    return { messages, status }
  })
  await page(socket, [1, 2])
  await shown.until(({ messages }) => messages.length === 2, 'the page')
  return { socket, shown }
}

describe('useMessages', () => {
  it('asks for the newest page once a connection, and shows what comes', async () => {
    const given = scriptedChat()
    const { socket, shown } = await withPage(given)
    expect(shown.renders[0]).toMatchObject({ messages: [], status: 'loading' })
    tell(socket, 3)
    await shown.until(({ messages }) => messages.length === 3, 'the message')
    expect(shown.now.status).toBe('ready')
    expect(socket.sent.filter(({ type }) => type === 'HISTORY')).toHaveLength(1)
    shown.unmount()
  })

  it('loads older pages, one at a time', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { messages, hasOlder, isLoadingOlder, loadOlder } = useMessages(room, { pageSize: 2 })
      return { messages, hasOlder, isLoadingOlder, loadOlder }
    })
    await page(socket, [3, 4], true)
    await shown.until(({ hasOlder }) => hasOlder, 'the page')
    const loading = shown.now.loadOlder()
    const again = shown.now.loadOlder()
    await shown.until(({ isLoadingOlder }) => isLoadingOlder, 'the loading')
    const questions = socket.sent.filter(({ type }) => type === 'HISTORY')
    expect(questions).toMatchObject([{ limit: 2 }, { before: 3, limit: 2 }])
    await page(socket, [1, 2])
    await Promise.all([loading, again])
    await shown.until(({ isLoadingOlder }) => !isLoadingOlder, 'the older page')
    expect(shown.now).toMatchObject({
      messages: [1, 2, 3, 4].map((id) => ({ id })),
      hasOlder: false,
    })
    shown.unmount()
  })

  it('says why a page is not there, and asks again', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { status, error, retry } = useMessages(room)
      return { status, error, retry }
    })
    const ref = await asked(socket, 'HISTORY')
    socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'No', ref })
    await shown.until(({ status }) => status === 'error', 'the error')
    expect(shown.now.error).toMatchObject({ code: 'FORBIDDEN' })
    shown.now.retry()
    await page(socket, [])
    await shown.until(({ status }) => status === 'ready', 'the page')
    expect(shown.now.error).toBeUndefined()
    shown.unmount()
  })

  it('shows a message that is sent at once, and once', async () => {
    const given = scriptedChat()
    const { socket, shown } = await withPage(given)
    const sending = given.chat.outbox.send(room, { content: 'hello' })
    await shown.until(({ messages }) => messages.length === 3, 'the pending message')
    const pending = shown.now.messages[2]!
    expect(pending).toMatchObject({ type: 'pending', content: 'hello', state: 'sending' })
    const client_id = await asked(socket, 'NEW_MESSAGE')
    tell(socket, 3, { sender_id: 1, content: 'hello', client_id })
    socket.acknowledge(client_id, 3)
    await sending
    await shown.until(({ messages }) => !messages.some(isPending), 'the stored message')
    expect(shown.renders.every(({ messages }) => messages.length <= 3)).toBe(true)
    expect(messageKey(shown.now.messages[2]!)).toBe(messageKey(pending))
    shown.unmount()
  })
})

describe('useSend', () => {
  it('keeps its functions, and shows what failed until it is sent again or given up', async () => {
    const given = scriptedChat()
    const { socket, shown } = await withPage(given)
    const sending = showHook(given, () => useSend(room))
    const refuse = async () => {
      const ref = await asked(socket, 'NEW_MESSAGE')
      socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'You are muted', ref })
      await shown.until(
        ({ messages }) => (messages[2] as { state?: string }).state === 'failed',
        'it',
      )
      return ref
    }
    await expect(Promise.all([sending.now.send('hello'), refuse()])).rejects.toThrow('muted')
    const failed = shown.now.messages[2]!
    expect(failed).toMatchObject({ content: 'hello', error: { code: 'FORBIDDEN' } })
    const retried = sending.now.retry(messageKey(failed))
    expect(await refuse()).toBe(messageKey(failed))
    await expect(retried).rejects.toThrow('muted')
    sending.now.discard(messageKey(failed))
    await shown.until(({ messages }) => messages.length === 2, 'it to be gone')
    expect(sending.renders).toHaveLength(1)
    shown.unmount()
    sending.unmount()
  })
})

describe('what a component does not read', () => {
  it('renders nothing: 100 messages in another chat', async () => {
    const given = scriptedChat()
    const { socket, shown } = await withPage(given)
    const others = [
      showHook(given, () => useTyping(room).typists),
      showHook(given, () => usePresence().online),
      showHook(given, () => useUser(1).name),
      showHook(given, () => useConnection().state),
    ]
    await settled()
    const before = [shown, ...others].map(({ renders }) => renders.length)
    for (let id = 10; id < 110; id += 1) {
      tell(socket, id, { chat_id: 2 })
      await settled()
    }
    expect(given.chat.conversation.messages({ chat_id: 2 })).toHaveLength(100)
    expect([shown, ...others].map(({ renders }) => renders.length)).toEqual(before)
    for (const { unmount } of [shown, ...others]) unmount()
  })

  it('renders nothing: a field of the same hook', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => useTyping(room).typed)
    await settled()
    const typing = { type: 'TYPING', chat_id: 1, userId: 2 } as const
    socket.receive({ ...typing, typing: true })
    await settled()
    expect(given.chat.conversation.chat(room).typing).toEqual([2])
    expect(shown.renders).toHaveLength(1)
    shown.unmount()
  })
})

describe('useChats', () => {
  it('shows rows that stay the same until something of theirs changes', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { chats, totalUnread, status } = useChats()
      return { chats, totalUnread, status }
    })
    const client_id = await asked(socket, 'CHATS')
    const summary = { unread: 2, mentions: 1, delivered: 0, read: 0 }
    const last_message = messagePayload(4)
    socket.receive({
      type: 'CHATS',
      chats: [
        { chat_id: 1, ...summary, last_message },
        { chat_id: 2, ...summary, last_message: { ...last_message, chat_id: 2, offset: 3 } },
      ],
      client_id,
    })
    await shown.until(({ status }) => status === 'ready', 'the chats')
    expect(shown.now.chats).toMatchObject([
      { id: 1, title: '#1', unread: 2, mentions: 1 },
      { id: 2, title: '#2' },
    ])
    expect(shown.now.totalUnread).toBe(4)
    const [first, second] = shown.now.chats
    tell(socket, 5, { chat_id: 2 })
    await shown.until(({ totalUnread }) => totalUnread === 5, 'the message')
    expect(shown.now.chats[0]).toMatchObject({ id: 2, unread: 3 })
    expect(shown.now.chats[0]).not.toBe(second)
    expect(shown.now.chats[1]).toBe(first)
    shown.unmount()
  })
})

describe('StrictMode', () => {
  it('asks for everything once', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const useAll = () => {
      useMessages(room).messages.length
      return useChats().status
    }
    const shown = showHook(given, useAll, { isStrict: true })
    await asked(socket, 'HISTORY')
    await settled()
    const types = socket.sent.map(({ type }) => type)
    expect(types.filter((type) => type === 'HISTORY')).toHaveLength(1)
    expect(types.filter((type) => type === 'CHATS')).toHaveLength(1)
    shown.unmount()
  })
})
