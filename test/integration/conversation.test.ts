import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChatRef } from '../../src/protocol/chat.ts'
import type { Store } from '../../src/storage/store.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { Device } from './device.ts'

const CHAT: ChatRef = { chat_id: 1 }
const OTHER_CHAT: ChatRef = { chat_id: 2 }
const DESK: ChatRef = { support_chat_id: 1 }
const CHATS = [CHAT, OTHER_CHAT, DESK]

const [ANN, BOB, AGENT] = [1, 2, 9]

/** The cursor of one who has not read anything. */
const NOWHERE = { delivered: 0, read: 0 }

let courseCount = 0

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

let server: TestServer
let store: Store
const open: Device[] = []

async function connect(userId: number): Promise<Device> {
  const device = new Device(server.url, userId)
  open.push(device)
  return device.opened()
}

/** Waits until every device has sent all it has, and was told all there is. */
async function settled(devices: readonly Device[]): Promise<void> {
  await until(() => devices.every(({ client }) => client.pendingSends === 0), 'the last ACK')
  const offset = await store.lastOffset()
  const isTold = () => devices.every(({ client }) => client.position!.offset >= offset)
  await until(isTold, `offset ${offset} on each device`)
}

/** Waits until the devices know the same of chats, and says how they differ if they do not. */
async function expectSame(devices: readonly Device[], chats: readonly ChatRef[]): Promise<void> {
  await settled(devices)
  const knowledge = () => devices.map((device) => chats.map((chat) => device.knowledge(chat)))
  const isSame = () => new Set(knowledge().map((one) => JSON.stringify(one))).size === 1
  await until(isSame, 'the same on each device', 3_000).catch(() => {})
  const [first, ...others] = knowledge()
  for (const other of others) expect(other).toEqual(first)
}

/** What a device knows is what the server tells one that asks for everything anew. */
async function expectToldAnew(device: Device, chats: readonly ChatRef[]): Promise<void> {
  const { userId } = device.client
  const anew = await connect(userId)
  const told = (by: Device, chat: ChatRef) => {
    const { unread, cursors } = by.conversation.chat(chat)
    return { chat, messages: by.messages(chat), unread, own: cursors.get(userId) ?? NOWHERE }
  }
  await anew.client.chats()
  for (const chat of chats) await anew.client.history({ ...chat, limit: 1_000 })
  for (const chat of chats) expect(told(device, chat)).toEqual(told(anew, chat))
  anew.close()
}

/** Two users, one with two devices, the other away and back, and a support agent. */
async function converse(): Promise<void> {
  const [laptop, phone] = [await connect(ANN), await connect(ANN)]
  const [bob, agent] = [await connect(BOB), await connect(AGENT)]
  const everyone = [laptop, phone, bob, agent]

  const question = await laptop.say(CHAT, 'Shall we?')
  const answer = await bob.say(CHAT, 'Yes!', question)
  const typo = await bob.say(CHAT, 'Tomorow')
  await bob.client.edit({ message_id: typo }, 'Tomorrow')
  await bob.client.react({ message_id: question }, '👍')
  await laptop.client.react({ message_id: answer }, '🎉')
  phone.client.read(CHAT, typo)
  await until(() => laptop.conversation.chat(CHAT).unread === 0, 'what the phone has read')
  bob.client.typing(CHAT, true)
  await until(() => laptop.conversation.chat(CHAT).typing.includes(BOB), 'that bob types')

  await bob.away()
  await until(() => laptop.conversation.user(BOB)?.status === 'offline', 'that bob has left')
  const regret = await laptop.say(CHAT, 'Or not')
  await laptop.client.delete({ message_id: regret })
  await laptop.client.edit({ message_id: question }, 'Shall we go?')
  await phone.client.react({ message_id: answer }, '🎉', { remove: true })
  await phone.client.react({ message_id: typo }, '👀')
  const elsewhere = await phone.say(OTHER_CHAT, 'Elsewhere')
  const help = await laptop.say(DESK, 'My order is lost')
  await agent.client.updateSupportChat({ support_chat_id: 1, assignee: AGENT })
  const found = await agent.say(DESK, 'It is found', help)
  await agent.client.react({ support_message_id: help }, '👌')
  await agent.client.updateSupportChat({ support_chat_id: 1, status: 'closed' })
  laptop.client.read(DESK, found)
  laptop.client.setActivity('idle')
  const waiting = [
    bob.say(CHAT, 'Where is everyone?', answer),
    bob.client.react({ message_id: question }, '👍', { remove: true }),
    bob.client.delete({ message_id: answer }),
  ]
  bob.client.read(CHAT, typo)

  await bob.back()
  await Promise.all(waiting)
  bob.client.delivered(OTHER_CHAT, elsewhere)
  phone.client.setActivity('idle')
  await phone.cut()
  await laptop.cut()

  await expectSame(everyone, CHATS)
  await until(() => bob.conversation.user(ANN)?.status === 'idle', 'that ann is idle')
  for (const { client } of everyone) await client.presence()
  for (const { conversation } of everyone)
    expect(conversation.users()).toMatchObject([
      { userId: ANN, status: 'idle', connections: 2 },
      { userId: BOB, status: 'active', connections: 1 },
      { userId: AGENT, status: 'active', connections: 1 },
    ])
  for (const device of [laptop, phone, bob]) await expectToldAnew(device, CHATS)

  expect(bob.conversation.message(CHAT, question)).toMatchObject({
    content: 'Shall we go?',
    reactions: [],
  })
  expect(bob.conversation.message(CHAT, regret)).toMatchObject({ content: '' })
  expect(laptop.conversation.message(CHAT, answer)?.deleted_at).toBeDefined()
  expect(bob.conversation.chat(CHAT)).toMatchObject({ typing: [], unread: 0 })
  expect(bob.conversation.chat(DESK).support).toEqual({ status: 'closed', assignee: AGENT })
}

/** One is narrowed to a chat, is away and back, and is told of everything again. */
async function narrow(): Promise<void> {
  const [ann, bob] = [await connect(ANN), await connect(BOB)]
  await ann.say(OTHER_CHAT, 'before')
  await settled([ann, bob])
  await bob.client.subscribe({ chats: [1] })
  const first = await ann.say(CHAT, 'first')
  await ann.say(OTHER_CHAT, 'elsewhere')
  await bob.away()
  await ann.client.edit({ message_id: first }, 'first of all')
  await ann.say(OTHER_CHAT, 'elsewhere')
  await ann.say(CHAT, 'second')
  await bob.back()
  await ann.say(OTHER_CHAT, 'elsewhere')
  await ann.say(CHAT, 'third')
  await expectSame([ann, bob], [CHAT])
  expect(bob.messages(OTHER_CHAT)).toEqual([])

  await bob.client.subscribe({})
  await bob.client.history(OTHER_CHAT)
  await ann.say(OTHER_CHAT, 'at last')
  await expectSame([ann, bob], [CHAT, OTHER_CHAT])
}

/** What one device does, by its number; what it is done to is taken from what it knows by then. */
const step = fc.record({
  device: fc.nat(2),
  action: fc.constantFrom(
    ...(['say', 'say', 'reply', 'edit', 'delete', 'react', 'unreact', 'read'] as const),
    ...(['cut', 'away', 'back', 'pause'] as const),
  ),
  target: fc.nat(),
  emoji: fc.constantFrom('👍', '🎉'),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Does one step; what the server may refuse, because it came too late, is left out. */
function act(device: Device, chat: ChatRef, { action, target, emoji }: Step): unknown {
  const { client, conversation } = device
  const messages = conversation.messages(chat)
  const own = messages.filter(({ sender_id }) => sender_id === client.userId)
  const any = messages[target % messages.length]
  const mine = own[target % own.length]
  const ref = any && { message_id: any.id }
  const isLate = ({ code }: { code?: string }) => expect(code).toBe('NOT_FOUND')
  if (action === 'say') return device.say(chat, `${target}`)
  if (action === 'reply') return device.say(chat, `${target}`, any?.id)
  if (action === 'cut') return device.cut()
  if (action === 'away') return device.away()
  if (action === 'back') return device.back()
  if (action === 'pause') return setTimeout(10)
  if (action === 'read') return any && client.read(chat, any.id)
  if (action === 'react') return ref && client.react(ref, emoji).catch(isLate)
  if (action === 'unreact') return ref && client.react(ref, emoji, { remove: true }).catch(isLate)
  const myRef = mine && { message_id: mine.id }
  if (action === 'edit') return myRef && client.edit(myRef, `edited ${target}`).catch(isLate)
  return myRef && client.delete(myRef).catch(isLate)
}

/** Two users with three devices do things in one chat, and their connections come and go. */
async function improvise(steps: readonly Step[], chat: ChatRef): Promise<void> {
  const devices = [await connect(ANN), await connect(ANN), await connect(BOB)]
  const done: unknown[] = []
  for (const one of steps) {
    const device = devices[one.device]!
    const result = act(device, chat, one)
    if (['cut', 'away', 'back', 'pause'].includes(one.action)) await result
    else done.push(result)
  }
  for (const device of devices) await device.back()
  await Promise.all(done)
  await expectSame(devices, [chat])
  for (const device of devices) await expectToldAnew(device, [chat])
  for (const device of devices) device.close()
}

describe.each(['SQLite', 'PostgreSQL'])('a conversation over %s', (name) => {
  const skipped = name === 'PostgreSQL' ? reason : undefined
  let database: TestDatabase
  beforeEach(async (context) => {
    if (skipped) context.skip(skipped)
    database = name === 'SQLite' ? TestDatabase.sqlite() : await TestDatabase.postgresql()
    store = await database.open()
    server = await startServer({ wrapStore: () => store, agents: [AGENT] })
  })
  afterEach(async () => {
    if (skipped) return
    for (const device of open.splice(0)) device.close()
    await server.close()
    await database.drop()
  })

  test('ends with the same on every side, though one was away', converse)

  test('that one side is narrowed to is all that it is told of, until it is told of all', narrow)

  test('of any course, with connections that come and go, ends with the same on every side', () =>
    fc.assert(
      // Several at once, because each waits for its last receipts.
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 60 }), { minLength: 4, maxLength: 4 }),
        async (courses) => {
          const chat = ++courseCount * 10
          await Promise.all(courses.map((steps, i) => improvise(steps, { chat_id: chat + i })))
        },
      ),
      { numRuns: 3, endOnFailure: true },
    ))
})
