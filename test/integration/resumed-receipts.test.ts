import { expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { appendMessages } from '../storage/append-messages.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'

const NOW = '2024-01-01T12:00:00.000Z'

/** Fills a store with messages of one chat. */
const filled = (count: number, content: string) => async (store: Store) => {
  for (let i = 0; i < count; i += 100)
    await appendMessages(store, Array(Math.min(100, count - i)).fill(newEntry({ content })), NOW)
}

it('who resumes and reads nothing has no receipts read for it, from whatever offset', async () => {
  const server = await startServer({ fillStore: filled(1_000, 'x'.repeat(20_000)) })
  let reads = 0
  const { cursors, epoch } = server.store
  const { movedSince } = cursors
  cursors.movedSince = (...args) => {
    reads += 1
    return movedSince.apply(cursors, args)
  }
  const stalled = await Promise.all(
    Array.from({ length: 40 }, async (_, since) => {
      const raw = await RawClient.upgrade(server.port, `userId=1&since=${since}&epoch=${epoch}`)
      raw.socket.pause()
      return raw
    }),
  )
  const client = new WireClient(`${server.url}?userId=1&since=999&epoch=${epoch}`)
  await client.next('RESUMED')
  expect(reads).toBe(1)
  for (const raw of stalled) raw.close()
  await client.close()
  await server.close()
})

it('what moves during a replay is told last as it stands, though it is told before as well', async () => {
  let isHeld = false
  let proceed = () => {}
  const moved = new Promise<void>((resolve) => (proceed = resolve))
  const server = await startServer({
    fillStore: async (store) => {
      await filled(3, 'x')(store)
      const { readAfter } = store
      // The replay waits for its page until the cursor has moved twice, and all were told.
      store.readAfter = async (...args) => {
        isHeld = true
        await moved
        return readAfter.apply(store, args)
      }
    },
  })
  const mover = await WireClient.connect(server.url, 7)
  const watcher = await WireClient.connect(server.url, 8)
  const client = new WireClient(`${server.url}?userId=9&since=0&epoch=${server.store.epoch}`)
  await until(() => isHeld, 'the replay')
  for (const [i, id] of [2, 3].entries()) {
    mover.send({ type: 'READ', chat_id: 1, id })
    await watcher.next('RECEIPT', i + 1)
  }
  proceed()
  await client.next('RECEIPT', 3)
  const told = client.frames
    .filter(({ type }) => type === 'RECEIPT' || type === 'RESUMED')
    .map((frame) => (frame.type === 'RECEIPT' ? frame.read : frame.type))
  expect(told).toEqual([3, 'RESUMED', 2, 3])
  await Promise.all([mover.close(), watcher.close(), client.close()])
  await server.close()
})
