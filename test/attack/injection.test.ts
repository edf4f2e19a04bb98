import { afterEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { readMessages } from '../storage/append-messages.ts'
import { newEntry } from '../storage/new-entry.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'
import { TEXTS } from './texts.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

/** The most that a name may have. */
const names = TEXTS.filter((text) => text !== '' && text.length <= 64)

function describeInjection(create: () => Promise<TestDatabase>) {
  let database: TestDatabase
  let store: Store
  let server: TestServer | undefined
  const open = async () => {
    database = await create()
    store = await database.open()
  }
  afterEach(async () => {
    await server?.close()
    server = undefined
    await database.drop()
  })

  it('every text comes back as it was sent, live, as history, and under its name', async () => {
    await open()
    server = await startServer({ wrapStore: () => store })
    const sender = await WireClient.connect(server.url, 1)
    const receiver = await WireClient.connect(server.url, 2)
    for (const content of TEXTS) {
      sender.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content })
      sender.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 1, sender_id: 1, content })
    }
    for (const client_id of names)
      sender.send({ type: 'NEW_MESSAGE', chat_id: 2, sender_id: 1, content: 'named', client_id })
    await sender.next('ACK', names.length)
    const contents = (client: WireClient) =>
      client.all('MESSAGE').map(({ payload }) => payload.content)
    await receiver.next('MESSAGE', TEXTS.length + names.length)
    expect(contents(receiver).slice(0, TEXTS.length)).toEqual(TEXTS)
    expect(receiver.all('SUPPORT_MESSAGE').map(({ payload }) => payload.content)).toEqual(TEXTS)
    expect(sender.all('ACK').map(({ client_id }) => client_id)).toEqual(names)
    receiver.send({ type: 'HISTORY', chat_id: 1, limit: 1000 })
    const page = await receiver.next('HISTORY')
    expect(page.messages.map(({ content }) => content)).toEqual(TEXTS)

    const stored = await store.readAfter(0, 1_000)
    expect(stored).toHaveLength(2 * TEXTS.length + names.length)
    expect(sender.all('ERROR')).toEqual([])
  })

  it('every text is kept in every field of an entry', async () => {
    await open()
    const entries = TEXTS.map((text, i) =>
      newEntry({ clientId: `${i}`, content: text, fileType: text, filePaths: text }),
    )
    await store.append(entries, new Date().toISOString())
    const stored = await readMessages(store, 0, 1_000)
    expect(stored.map(({ content }) => content)).toEqual(TEXTS)
    expect(stored.map(({ fileType }) => fileType)).toEqual(TEXTS)
    expect(stored.map(({ filePaths }) => filePaths)).toEqual(TEXTS)
  })

  it('no text in the URL does more than be refused or read', async () => {
    await open()
    server = await startServer({ wrapStore: () => store })
    await store.append([newEntry()], new Date().toISOString())
    for (const text of TEXTS.filter(({ length }) => length < 2_000)) {
      const value = encodeURIComponent(text)
      const named = new WireClient(`${server.url}?userId=${value}`)
      expect((await named.closed).code).toBe(1008)
      const query = `since=${value}&epoch=${value}&history=${value}&token=${value}`
      const client = new WireClient(`${server.url}?userId=1&${query}`)
      expect((await client.next('RESUME_FAILED')).epoch).toBe(store.epoch)
      await client.close()
    }
    expect(await store.lastOffset()).toBe(1)
  })
}

describe('injection into SQLite', () => describeInjection(async () => TestDatabase.sqlite()))

describe.skipIf(reason)(`injection into PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () =>
  describeInjection(() => TestDatabase.postgresql()),
)
