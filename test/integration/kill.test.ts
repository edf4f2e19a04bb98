import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ack } from '../../src/protocol/server-frames.ts'
import type { LogEntry } from '../../src/storage/entries.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { WireClient } from '../support/wire-client.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

const SENDERS = [1, 2, 3, 4]

/** ACKs that each sender has seen when the server is killed. */
const ACKS_BEFORE_KILL = 200

/** Messages that each sender sends in one turn of the event loop. */
const BURST = 25

/** Unanswered messages beyond which a sender pauses, so that a slow machine is not flooded. */
const MAX_UNANSWERED = 2_000

let folder: ReturnType<typeof createFolder>
let databasePath: string
let serve: ServeProcess | undefined
beforeEach(() => {
  folder = createFolder()
  databasePath = join(folder.path, 'chat.db')
})
afterEach(async () => {
  await serve?.kill()
  folder.remove()
})

async function connectAll(url: string): Promise<WireClient[]> {
  return Promise.all(
    SENDERS.map(async (userId) => {
      const client = await WireClient.connect(url, userId)
      // What the death of the server does to a socket is expected here.
      client.socket.on('error', () => {})
      return client
    }),
  )
}

function send(client: WireClient, userId: number, clientId: string): void {
  const isSupport = Number(clientId) % 3 === 0
  client.send({
    ...(isSupport
      ? { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 9 }
      : { type: 'NEW_MESSAGE', chat_id: 9 }),
    sender_id: userId,
    content: `${userId}/${clientId}`,
    client_id: clientId,
  })
}

async function readLog(): Promise<LogEntry[]> {
  const store = await openStore(new SqliteDatabase(databasePath))
  try {
    return await store.readAfter(0, 1_000_000)
  } finally {
    await store.close()
  }
}

/** Checks that the log has no gap and no repeat, and holds each acknowledged message as it said. */
function expectSound(log: readonly LogEntry[], acks: ReadonlyMap<number, readonly Ack[]>): void {
  expect(log.map((entry) => entry.offset)).toEqual(log.map((_, i) => i + 1))
  const byName = new Map(log.map((entry) => [`${entry.senderId}/${entry.clientId}`, entry]))
  expect(byName.size).toBe(log.length)
  for (const [userId, acksOfUser] of acks)
    for (const ack of acksOfUser) {
      const name = `${userId}/${ack.client_id}`
      expect(byName.get(name)).toMatchObject({
        id: ack.id,
        offset: ack.offset,
        createdAt: ack.created_at,
        content: name,
      })
    }
}

test('what was acknowledged survives kill -9, once, and the rest can be sent again', async () => {
  serve = await ServeProcess.start(databasePath, ['--log-level', 'error'])
  const senders = await connectAll(serve.url!)
  const acks = new Map<number, Ack[]>()
  let sentEach = 0
  const sendBurst = () => {
    for (const end = sentEach + BURST; sentEach < end; sentEach++)
      for (const [s, userId] of SENDERS.entries()) send(senders[s]!, userId, `${sentEach}`)
  }
  const leastAcks = () => Math.min(...senders.map((client) => client.all('ACK').length))
  while (leastAcks() < ACKS_BEFORE_KILL) {
    if (sentEach - leastAcks() < MAX_UNANSWERED) sendBurst()
    await new Promise(setImmediate)
  }
  sendBurst()
  await serve.kill()
  await Promise.all(senders.map((client) => client.closed))
  for (const [s, userId] of SENDERS.entries()) acks.set(userId, senders[s]!.all('ACK'))
  const acked = [...acks.values()].flat().length
  expect(acked).toBeLessThan(SENDERS.length * sentEach)
  const before = await readLog()
  expect(before.length).toBeGreaterThanOrEqual(acked)
  expectSound(before, acks)

  serve = await ServeProcess.start(databasePath, ['--log-level', 'error'])
  const again = await connectAll(serve.url!)
  expect(again[0]!.all('CONNECTION_ESTABLISHED')[0]!.offset).toBe(before.length)
  for (const [s, userId] of SENDERS.entries()) {
    const known = new Set(acks.get(userId)!.map((ack) => ack.client_id))
    const lost = Array.from({ length: sentEach }, (_, i) => `${i}`).filter(
      (clientId) => !known.has(clientId),
    )
    for (const clientId of lost) send(again[s]!, userId, clientId)
    await again[s]!.next('ACK', lost.length)
    acks.get(userId)!.push(...again[s]!.all('ACK'))
  }
  await serve.kill()
  const after = await readLog()
  expect(after.length).toBe(SENDERS.length * sentEach)
  expect(after.slice(0, before.length)).toEqual(before)
  expectSound(after, acks)
  expect([...acks.values()].flat().length).toBe(after.length)
}, 60_000)

test('the epoch outlives kill -9, so that offsets keep their meaning', async () => {
  serve = await ServeProcess.start(databasePath)
  const before = await WireClient.connect(serve.url!, 1)
  send(before, 1, '1')
  await before.next('ACK')
  await serve.kill()
  serve = await ServeProcess.start(databasePath)
  const after = await WireClient.connect(serve.url!, 1)
  const [greeting] = after.all('CONNECTION_ESTABLISHED')
  expect(greeting).toMatchObject({
    epoch: before.all('CONNECTION_ESTABLISHED')[0]!.epoch,
    offset: 1,
  })
  send(after, 1, '1')
  expect(await after.next('ACK')).toEqual(before.all('ACK')[0])
})
