import { describe, expect, it } from 'vitest'
import { ChatView } from '../../src/view/chat-view.ts'
import type { OutboxStore, SavedSend } from '../../src/view/outbox.ts'
import { createScriptedClient } from '../client/scripted-client.ts'
import { messagePayload } from '../client/told-events.ts'
import { until } from '../support/until.ts'

const chat = { chat_id: 1 }
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** What a tab keeps, shared by all views that are given it. */
class KeptSends implements OutboxStore {
  readonly sends = new Map<string, SavedSend>()

  async load(): Promise<readonly SavedSend[]> {
    return [...this.sends.values()]
  }

  put(send: SavedSend): void {
    // As IndexedDB would: nothing of the page's own is kept.
    this.sends.set(send.message.clientId, structuredClone(send))
  }

  remove(clientId: string): void {
    this.sends.delete(clientId)
  }
}

/** A page of user 1, over what its tab keeps. */
function page(outboxStore?: OutboxStore) {
  const { client, open } = createScriptedClient()
  const view = new ChatView(client, outboxStore ? { outboxStore } : {})
  const pending = () => view.outbox.pendingOf(chat)
  return { client, view, open, pending }
}

/** The messages that a socket was given, by text. */
function sentTexts(socket: { sent: readonly object[] }): string[] {
  return (socket.sent as { type?: string; content?: string }[])
    .filter(({ type }) => type === 'NEW_MESSAGE')
    .map(({ content }) => content ?? '')
}

describe('what is kept over a reload', () => {
  it('is sent again under the same name, in its order, and kept no longer once stored', async () => {
    const store = new KeptSends()
    const before = page(store)
    void before.view.outbox.send(chat, { content: 'one' })
    void before.view.outbox.send(chat, { content: 'two' })
    const names = before.pending().map(({ clientId }) => clientId)
    await settle()

    const after = page(store)
    await until(() => after.pending().length === 2, 'what was kept')
    expect(after.pending().map(({ clientId }) => clientId)).toEqual(names)
    const socket = after.open()
    await settle()
    expect(sentTexts(socket)).toEqual(['one', 'two'])
    for (const [i, name] of names.entries()) {
      const offset = i + 1
      const own = { sender_id: 1, content: 'x' }
      socket.receive({ type: 'MESSAGE', payload: messagePayload(offset, own) })
      socket.acknowledge(name, offset)
    }
    await settle()
    expect(after.pending()).toEqual([])
    expect(store.sends.size).toBe(0)
  })

  it('is a refused one too, which waits for the user', async () => {
    const store = new KeptSends()
    const before = page(store)
    const socket = before.open()
    void before.view.outbox.send(chat, { content: 'no' })
    await settle()
    const { clientId } = before.pending()[0]!
    socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'You are muted', ref: clientId })
    await settle()
    expect(before.pending()).toMatchObject([{ state: 'failed', error: { code: 'FORBIDDEN' } }])

    const after = page(store)
    await until(() => after.pending().length === 1, 'what was kept')
    expect(after.pending()).toMatchObject([{ clientId, state: 'failed' }])
    expect(sentTexts(after.open())).toEqual([])
    after.view.outbox.discard(clientId)
    expect(after.pending()).toEqual([])
    expect(store.sends.size).toBe(0)
  })

  it('is nothing of another user', async () => {
    const store = new KeptSends()
    void page(store).view.outbox.send(chat, { content: 'mine' })
    const [[id, send]] = [...store.sends] as [[string, SavedSend]]
    store.sends.set(id, { ...send, message: { ...send.message, sender_id: 2 } })
    const after = page(store)
    await settle()
    expect(after.pending()).toEqual([])
  })
})

describe('pending messages', () => {
  it('are the same array until one of their chat changes', async () => {
    const { view, pending } = page()
    void view.outbox.send(chat, { content: 'one' })
    const before = pending()
    expect(pending()).toBe(before)
    expect(view.outbox.pendingOf({ support_chat_id: 1 })).toEqual([])
    view.outbox.discard(before[0]!.clientId)
    expect(pending()).toEqual([])
  })

  it('that did not fail cannot be sent twice', async () => {
    const { view, pending } = page()
    void view.outbox.send(chat, { content: 'one' })
    await expect(view.outbox.retry(pending()[0]!.clientId)).rejects.toThrow('has failed')
  })
})
