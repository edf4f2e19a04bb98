import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { type ChatClient, createChatClient } from '../../src/client/node.ts'
import type { LogEntry } from '../../src/storage/entries.ts'
import { newEntry } from '../storage/new-entry.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { isBuilt, PROGRAM } from '../support/program.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const ANN = 7
const BOB = 8

let server: TestServer
let bob: ChatClient
let stopLoad: () => Promise<number>
let deletions: number
beforeEach(async () => {
  server = await startServer({ database: 'sqlite', fillStore: fill })
  bob = createChatClient({ url: server.url, userId: BOB })
  deletions = 0
  bob.on('deleted', () => {
    deletions += 1
  })
  bob.connect()
  stopLoad = startLoad(bob)
})
afterEach(async () => {
  await stopLoad()
  bob.close()
  await server.close()
})

/** Ann has written in five chats, and Bob has answered; she has given each answer something. */
async function fill(store: TestServer['store']): Promise<void> {
  const day = '2024-01-01T12:00:00.000Z'
  for (let chatId = 1; chatId <= 5; chatId += 1) {
    const said = await store.append(
      Array.from({ length: 60 }, (_, i) =>
        newEntry({ chatId, senderId: i % 3 ? ANN : BOB, content: `${i}`.repeat(1 + (i % 90)) }),
      ),
      day,
    )
    const answers = said.filter((one) => 'entry' in one && one.entry.senderId === BOB)
    const about = { type: 'reaction', kind: 'chat', emoji: '👍', removed: false } as const
    await store.append(
      answers.map((one) => ({
        ...{ ...about, messageId: (one as { entry: LogEntry }).entry.id },
        ...{ senderId: ANN, clientId: undefined },
      })),
      day,
    )
  }
}

/** Bob writes one message after the other, until the function returned is called; it tells how many. */
function startLoad(client: ChatClient): () => Promise<number> {
  let isOver = false
  const loading = (async () => {
    let count = 0
    for (; !isOver; count += 1)
      await client.send({
        type: 'NEW_MESSAGE',
        chat_id: 1,
        sender_id: BOB,
        content: `load ${count}`,
      })
    return count
  })()
  return () => {
    isOver = true
    return loading
  }
}

const options = () => ['--database-url', server.databasePath]

/** Runs a command, and kills it as soon as `isBegun` says that it has done something. */
async function killed(args: string[], isBegun: (child: { output: string }) => boolean) {
  const child = spawn(process.execPath, [PROGRAM, 'db', ...args, ...options()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const seen = { output: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen.output += text
  })
  const exited = once(child, 'exit')
  await until(() => isBegun(seen) || child.exitCode !== null, `${args[0]} to begin`)
  child.kill('SIGKILL')
  await exited
  return child.signalCode
}

async function run(...args: string[]): Promise<string> {
  const fake = createFakeHost()
  const exitCode = await main(['db', ...args, ...options()], fake.host)
  expect([exitCode, exitCode === 0 ? '' : fake.stderr()]).toEqual([0, ''])
  return fake.stdout()
}

const everything = () => server.store.readAfter(0, 100_000)
describe.skipIf(!isBuilt)('killed beside a server under load, and begun again', () => {
  it('an erasure leaves nothing of the user and all of the others', async () => {
    const before = await everything()
    const erase = ['erase', '--user', `${ANN}`]
    for (const done of [1, 60, 120]) {
      expect(await killed([...erase, '--yes'], () => deletions >= done)).toBe('SIGKILL')
    }
    expect(await run(...erase)).toContain('would be erased')
    await run(...erase, '--yes')
    expect(await run(...erase)).toBe(`Nothing is kept of user ${ANN}\n`)
    const sent = await stopLoad()
    const after = await everything()
    expect(after.map(({ offset }) => offset)).toEqual(after.map((_, i) => i + 1))
    const others = (entries: readonly LogEntry[]) =>
      entries.filter((one) => one.type === 'message' && one.senderId === BOB)
    expect(others(after.slice(0, before.length))).toEqual(others(before))
    const load = others(after).flatMap((one) => ('content' in one ? [one.content] : []))
    expect(load.filter((content) => content.startsWith('load '))).toEqual(
      Array.from({ length: sent }, (_, i) => `load ${i}`),
    )
    const own = after.filter((one) => one.senderId === ANN)
    const said = own.flatMap((one) => (one.type === 'message' ? [one.content] : []))
    expect(said).toEqual(Array(200).fill(''))
    // Each is deleted, and told, once; what was given, taken back.
    expect(own.filter(({ type }) => type === 'deletion')).toHaveLength(200)
    const taken = own.filter((one) => one.type === 'reaction' && one.removed)
    expect(taken).toHaveLength(100)
    expect(await run('audit', '--user', `${ANN}`)).toMatch(/admin token +erase +user 7/)
  })

  it('an export is what one that was not killed is', async () => {
    const out = join(server.uploadFolder, '..', 'ann.ndjson')
    const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n')
    const args = ['export', '--user', `${ANN}`, '--out', out]
    for (const done of [1, 101, 201])
      await killed(args, () => existsSync(out) && lines(out).length > done)
    await run(...args)
    const whole = join(server.uploadFolder, '..', 'whole.ndjson')
    await run('export', '--user', `${ANN}`, '--out', whole)
    const [, ...exported] = lines(out)
    const [, ...expected] = lines(whole)
    expect(exported.slice(0, -1)).toEqual(expected.slice(0, -1))
    expect(exported).toHaveLength(200 + 100 + 1)
  })

  it('members from history are all there', async () => {
    const apply = ['access', '--members-from-history', '--apply']
    for (const chatId of [1, 3]) {
      const isBegun = ({ output }: { output: string }) =>
        new RegExp(`^ +${chatId} `, 'm').test(output)
      await killed(apply, isBegun)
    }
    await run(...apply)
    expect(await run('access', '--members-from-history')).toContain('Every chat in which somebody')
    const { access } = server.store
    for (let chatId = 1; chatId <= 5; chatId += 1) {
      const [chat] = await access.findChats([chatId])
      const members = await access.membersOf(chatId, { after: 0, limit: 10 })
      expect(chat).toMatchObject({ memberCount: 2, createdBy: BOB })
      expect(members.map(({ userId, role }) => `${userId} ${role}`)).toEqual([
        `${ANN} member`,
        `${BOB} owner`,
      ])
    }
  })
})
