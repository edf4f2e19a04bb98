import { describe, expect, it } from 'vitest'
import { ChatView } from '../../src/view/chat-view.ts'
import { type Composer, Composers } from '../../src/view/composer.ts'
import { sessionDrafts } from '../../src/view/draft-store.ts'
import { createScriptedClient } from '../client/scripted-client.ts'
import { messagePayload } from '../client/told-events.ts'

const chat = { chat_id: 1 }
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A composer of chat 1, where user 1 and user 2 have written. */
async function compose(draftStore = sessionDrafts(() => undefined)) {
  const { client, open } = createScriptedClient()
  const view = new ChatView(client, { draftStore })
  const socket = open()
  socket.receive({ type: 'MESSAGE', payload: messagePayload(1) })
  socket.receive({ type: 'MESSAGE', payload: messagePayload(2, { sender_id: 1, content: 'mine' }) })
  await settle()
  const composer = view.part(Composers).of({ chat })
  const sent = (type: string) => socket.sent.filter((frame) => frame.type === type)
  const refuse = async (type: string) => {
    const ref = socket.sent.findLast((frame) => frame.type === type)!.client_id!
    socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'No', ref })
    await settle()
  }
  return { view, socket, composer, sent, refuse }
}

function write(composer: Composer, text: string): void {
  composer.setText(text)
}

describe('what is written', () => {
  it('is sent, trimmed, and gone', async () => {
    const { composer, sent } = await compose()
    expect(composer.submit()).toBeUndefined()
    write(composer, '  \n')
    expect(composer.get().canSend).toBe(false)
    write(composer, ' hello \n')
    composer.submit()
    await settle()
    expect(sent('NEW_MESSAGE')).toMatchObject([{ chat_id: 1, content: 'hello' }])
    expect(composer.get()).toMatchObject({ text: '', canSend: false })
  })

  it('tells that the user types, but not of an edit', async () => {
    const { composer, sent } = await compose()
    write(composer, 'h')
    write(composer, 'he')
    expect(sent('TYPING')).toMatchObject([{ typing: true }])
    composer.editLast()
    expect(sent('TYPING')).toMatchObject([{ typing: true }, { typing: false }])
    write(composer, 'mine!')
    expect(sent('TYPING')).toHaveLength(2)
  })

  it('is kept for each chat and thread', async () => {
    const drafts = sessionDrafts(() => undefined)
    const { view, composer } = await compose(drafts)
    write(composer, 'half a thought')
    write(view.part(Composers).of({ chat, thread: 1 }), 'in the thread')
    expect(
      view
        .part(Composers)
        .of({ chat: { chat_id: 2 } })
        .get().text,
    ).toBe('')
    expect(view.part(Composers).of({ chat })).toBe(composer)
    const reloaded = await compose(drafts)
    expect(reloaded.composer.get()).toMatchObject({ text: 'half a thought', canSend: true })
    reloaded.composer.submit()
    expect((await compose(drafts)).composer.get().text).toBe('')
  })

  it('is kept by the tab, where that keeps anything', () => {
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
      removeItem: (key: string) => void kept.delete(key),
    }
    sessionDrafts(() => storage).set('a', 'text')
    expect(sessionDrafts(() => storage).get('a')).toBe('text')
    sessionDrafts(() => storage).set('a', '')
    expect(kept.size).toBe(0)
    const refused = sessionDrafts(() => {
      throw new Error('The user does not want it')
    })
    refused.set('a', 'text')
    expect(refused.get('a')).toBe('text')
  })

  it('answers a message until that is left', async () => {
    const { view, composer, sent } = await compose()
    const message = view.conversation.message(chat, 1)!
    composer.reply(message)
    composer.cancel()
    expect(composer.get().replyTo).toBeUndefined()
    composer.reply(message)
    write(composer, 'indeed')
    composer.submit()
    await settle()
    expect(sent('NEW_MESSAGE')).toMatchObject([{ content: 'indeed', reply_to: 1 }])
    expect(composer.get().replyTo).toBeUndefined()
  })
})

describe('an edit', () => {
  it('is of the last own message, and gives back what was being written', async () => {
    const { composer, sent } = await compose()
    write(composer, 'draft')
    expect(composer.editLast()).toBe(true)
    expect(composer.get()).toMatchObject({ editing: { id: 2 }, text: 'mine', cursor: 4 })
    write(composer, 'ours')
    composer.submit()
    await settle()
    expect(sent('EDIT')).toMatchObject([{ message_id: 2, content: 'ours' }])
    expect(composer.get()).toMatchObject({ editing: undefined, text: 'draft' })
  })

  it('that changes nothing sends nothing, and one that is left neither', async () => {
    const { composer, sent } = await compose()
    composer.editLast()
    composer.submit()
    composer.editLast()
    write(composer, 'ours')
    composer.cancel()
    await settle()
    expect(sent('EDIT')).toEqual([])
    expect(composer.get()).toMatchObject({ editing: undefined, text: '' })
  })

  it('that is refused comes back, with the reason', async () => {
    const { composer, refuse } = await compose()
    composer.editLast()
    write(composer, 'ours')
    composer.submit()
    await settle()
    await refuse('EDIT')
    expect(composer.get()).toMatchObject({
      editing: { id: 2 },
      text: 'ours',
      error: { code: 'FORBIDDEN' },
    })
    write(composer, 'mine')
    expect(composer.get().error).toBeUndefined()
  })
})

describe('completion', () => {
  it('is of those who are there, and of emoji, and can be dismissed', async () => {
    const { composer } = await compose()
    composer.findEmoji = (begun) => (begun === 'thu' ? [{ name: 'thumbsup', emoji: '👍' }] : [])
    write(composer, 'hello @')
    expect(composer.get().completion).toMatchObject({
      start: 6,
      index: 0,
      candidates: [{ text: '@2 ', userId: 2 }],
    })
    composer.cancel()
    composer.setCursor(3)
    expect(composer.get().completion).toBeUndefined()
    write(composer, 'hello :thu')
    composer.acceptCompletion()
    expect(composer.get()).toMatchObject({ text: 'hello 👍 ', cursor: 9, completion: undefined })
  })

  it('replaces the word before the cursor alone', async () => {
    const { composer, socket } = await compose()
    socket.receive({ type: 'MESSAGE', payload: messagePayload(3, { sender_id: 23 }) })
    composer.setText('@2 and more', 2)
    expect(composer.get().completion?.candidates.map(({ userId }) => userId)).toEqual([23, 2])
    composer.moveCompletion(-1)
    expect(composer.get().completion?.index).toBe(1)
    composer.moveCompletion(1)
    const { revision } = composer.get()
    composer.acceptCompletion()
    expect(composer.get()).toMatchObject({ text: '@23  and more', cursor: 4 })
    expect(composer.get().revision).toBeGreaterThan(revision)
  })

  it('inserts what was picked elsewhere where the cursor is', async () => {
    const { composer } = await compose()
    composer.setText('ab', 1)
    composer.insert('🎉')
    expect(composer.get()).toMatchObject({ text: 'a🎉b', cursor: 3 })
  })
})
