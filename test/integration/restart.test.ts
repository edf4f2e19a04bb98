import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import { until } from '../support/until.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

const USERS = 8
const MESSAGES = 150

/** Lets clients come back soon: with full jitter, one of several is sure to draw a long delay. */
const SMALL = () => 0.05

let folder: ReturnType<typeof createFolder>
const started: ServeProcess[] = []
const clients: ChatClient[] = []
beforeEach(() => {
  folder = createFolder()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(started.splice(0).map((serve) => serve.kill()))
  folder.remove()
})

/** A user who writes down every message that it is told, in order. */
function openUser(url: string, userId: number) {
  const client = createChatClient({ url, userId, random: SMALL })
  clients.push(client)
  const heard: string[] = []
  const offsets: number[] = []
  const reasons: string[] = []
  client.on('message', ({ content, offset }) => {
    heard.push(content)
    offsets.push(offset)
  })
  client.on('status', (status) => {
    if (status.state === 'waiting') reasons.push(status.reason)
  })
  client.on('gap', () => heard.push('a gap'))
  client.connect()
  return { client, userId, heard, offsets, reasons }
}

test('a restart under load loses nothing, repeats nothing and keeps the order', async () => {
  const database = join(folder.path, 'chat.db')
  const first = await ServeProcess.start(database)
  started.push(first)
  const url = first.url!
  const users = Array.from({ length: USERS }, (_, i) => openUser(url, i + 1))
  await until(() => users.every(({ client }) => client.status.state === 'open'), 'all connections')

  const say = async ({ client, userId }: (typeof users)[number]) => {
    const acks = []
    for (let i = 0; i < MESSAGES; i++) {
      const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: userId } as const
      acks.push(client.send({ ...message, content: `${userId}-${i}` }))
      await sleep(4)
    }
    return Promise.all(acks)
  }
  const saying = Promise.all(users.map(say))
  await until(() => users[0]!.heard.length > (USERS * MESSAGES) / 4, 'a quarter of the messages')
  first.signal('SIGTERM')
  expect(await first.ended).toBe(0)
  started.push(await ServeProcess.start(database, ['--port', new URL(url).port]))

  const acks = (await saying).flat()
  await until(
    () => users.every(({ heard }) => heard.length >= USERS * MESSAGES),
    'everyone to have heard all',
  )
  const all = users.flatMap(({ userId }) =>
    Array.from({ length: MESSAGES }, (_, i) => `${userId}-${i}`),
  )
  const offsets = Array.from(all, (_, i) => i + 1)
  expect(acks.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual(offsets)
  for (const user of users) {
    expect(user.offsets).toEqual(offsets)
    expect([...user.heard].sort()).toEqual([...all].sort())
    expect(user.heard).toEqual(users[0]!.heard)
    expect(user.reasons[0]).toBe('Server draining')
  }
})
