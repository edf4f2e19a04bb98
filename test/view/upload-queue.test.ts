import { describe, expect, it } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import type { UploadOptions } from '../../src/client/uploads.ts'
import { ChatView } from '../../src/view/chat-view.ts'
import { Composers } from '../../src/view/composer.ts'
import { UploadQueue } from '../../src/view/upload-queue.ts'
import { createScriptedClient } from '../client/scripted-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

interface Sending {
  readonly name: string
  readonly options: UploadOptions
  done(): Promise<void>
  fail(): Promise<void>
}

/** A queue whose files go where the test says. */
function queue(maxAtOnce?: number) {
  const sending: Sending[] = []
  const upload = (_file: Blob, name: string, options: UploadOptions = {}) =>
    new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason))
      sending.push({
        name,
        options,
        done: async () => {
          resolve({ path: `uploads/${name}`, file_type: 'text/plain', size_bytes: 4 })
          await settle()
        },
        fail: async () => {
          reject(new Error('The disk is full'))
          await settle()
        },
      })
    })
  const uploads = new UploadQueue({ upload } as unknown as ChatClient, maxAtOnce)
  const states = () => uploads.items.map(({ name, state }) => `${name} ${state}`)
  return { uploads, sending, states }
}

const file = (name: string, type = 'text/plain') => new File(['text'], name, { type })

describe('uploads', () => {
  it('go some at once, the others in their order', async () => {
    const { uploads, sending, states } = queue(2)
    uploads.add(['a', 'b', 'c', 'd'].map((name) => file(name)))
    expect(states()).toEqual(['a sending', 'b sending', 'c waiting', 'd waiting'])
    await sending[1]!.done()
    expect(states()).toEqual(['a sending', 'b done', 'c sending', 'd waiting'])
    for (const at of [0, 2, 3]) await sending[at]!.done()
    expect(uploads.get().isBusy).toBe(false)
    expect(uploads.items.map(({ uploaded }) => uploaded?.path)).toEqual([
      ...['uploads/a', 'uploads/b', 'uploads/c', 'uploads/d'],
    ])
  })

  it('tell how far they are', async () => {
    const { uploads, sending } = queue()
    uploads.add([file('a')])
    sending[0]!.options.onProgress?.(3)
    expect(uploads.items[0]).toMatchObject({ state: 'sending', progress: 0.75, size: 4 })
    await sending[0]!.done()
    expect(uploads.items[0]).toMatchObject({ state: 'done', progress: 1 })
  })

  it('that fail can be sent again, and those that are not wanted end', async () => {
    const { uploads, sending, states } = queue(1)
    uploads.add([file('a'), file('b')])
    await sending[0]!.fail()
    expect(uploads.items[0]).toMatchObject({
      state: 'failed',
      error: { message: 'The disk is full' },
    })
    uploads.retry(uploads.items[0]!.id)
    expect(states()).toEqual(['a waiting', 'b sending'])
    uploads.cancel(uploads.items[1]!.id)
    expect(sending[1]!.options.signal?.aborted).toBe(true)
    await settle()
    expect(states()).toEqual(['a sending'])
    uploads.clear()
    expect(uploads.items).toEqual([])
  })

  it('of pictures have one to show', () => {
    const { uploads } = queue()
    uploads.add([file('a.png', 'image/png'), file('b.txt')])
    expect(uploads.items.map(({ previewUrl }) => previewUrl?.slice(0, 5))).toEqual([
      'blob:',
      undefined,
    ])
  })
})

describe('a composer with files', () => {
  it('sends only once they are there', async () => {
    const { client, open } = createScriptedClient()
    const view = new ChatView(client)
    const socket = open()
    const composer = view.part(Composers).of({ chat: { chat_id: 1 } })
    composer.uploads.add([file('a')])
    expect(composer.get()).toMatchObject({ canSend: false, attachments: [{ name: 'a' }] })
    composer.setText('see this')
    expect(composer.submit()).toBeUndefined()
    composer.uploads.clear()
    composer.submit()
    await settle()
    expect(socket.sent.filter(({ type }) => type === 'NEW_MESSAGE')).toHaveLength(1)
  })

  it('names them in the message, on a real server', async () => {
    const server: TestServer = await startServer({ uploads: {} })
    const view = new ChatView(createChatClient({ url: server.url, userId: 1 }))
    try {
      view.connect()
      const composer = view.part(Composers).of({ chat: { chat_id: 1 } })
      composer.uploads.add([file('a.txt'), file('b.txt')])
      await until(() => composer.get().canSend, 'the files')
      await composer.submit()
      const [message] = view.conversation.messages({ chat_id: 1 })
      expect(message?.file_paths?.split(',')).toHaveLength(2)
      expect(message?.file_type).toBe('text/plain,text/plain')
      expect(composer.get().attachments).toEqual([])
    } finally {
      view.close()
      await server.close()
    }
  })
})
