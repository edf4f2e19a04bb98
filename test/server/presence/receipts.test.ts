import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BusEvents } from '../../../src/bus/bus.ts'
import { LocalBus } from '../../../src/bus/local-bus.ts'
import { Receipts } from '../../../src/server/presence/receipts.ts'
import type { Store } from '../../../src/storage/store.ts'
import { newEntry } from '../../storage/new-entry.ts'
import { TestDatabase } from '../../storage/test-database.ts'

let database: TestDatabase
let store: Store
beforeEach(async () => {
  database = TestDatabase.sqlite()
  store = await database.open()
  await store.append([newEntry()], '2024-01-01T12:00:00.000Z')
})
afterEach(() => database.drop())

it('one that resumes from where another just did is told of what has moved in between', async () => {
  const told: BusEvents['receipt'][] = []
  const bus = new LocalBus()
  bus.subscribe('receipt', (receipt) => told.push(receipt))
  const failure = (_what: string, error: unknown) => expect(error).toBeUndefined()
  const receipts = new Receipts({
    ...{ cursors: store.cursors, bus, serverLog: { failure } },
    mode: 'open',
  })
  expect(await receipts.since({ offset: 0, newest: 1 })).toHaveLength(0)
  receipts.advance(2, { kind: 'chat', id: 1 }, { delivered: 1, read: 1 })
  await receipts.flush()
  expect(told).toHaveLength(1)
  const frames = await receipts.since({ offset: 0, newest: 1 })
  expect(frames.map(String)).toEqual([expect.stringContaining('"userId":2,"delivered":1')])
})
