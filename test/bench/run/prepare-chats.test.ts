import { afterEach, expect, it } from 'vitest'
import { Asker } from '../../../src/bench/probe/asker.ts'
import { prepareChats } from '../../../src/bench/run/prepare-chats.ts'
import { runBench } from '../../../src/bench/run/run-bench.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Memberships } from '../../../src/bench/schedule/memberships.ts'
import { Population } from '../../../src/bench/schedule/population.ts'
import { Generator } from '../../../src/bench/worker/generator.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'

const scenario = Scenario.parse({
  name: 'chats',
  users: { count: 130 },
  chats: { count: 3, members: { min: 120, max: 130 } },
  phases: [{ name: 'p', durationSeconds: 0.1, users: 1 }],
})
const population = new Population(scenario)
const memberships = new Memberships(scenario.chats!, population.size, scenario.seed)

let server: TestServer | undefined
afterEach(() => server?.close())

const prepare = (url: string) =>
  prepareChats({ url, scenario, population, memberships, signal: new AbortController().signal })

async function membersOf(url: string, chat: number, id: number): Promise<number[]> {
  const owner = memberships.membersOf[chat]![0]!
  const asker = new Asker(url, population.queryOf(owner), population.idOf(owner))
  await asker.greeting
  const found: number[] = []
  for (let hasMore = true; hasMore; ) {
    const after = found.length > 0 ? { after: found.at(-1) } : {}
    const page = await asker.ask({ type: 'MEMBERS', ...{ chat_id: id, limit: 100, ...after } })
    found.push(...(page.members as { user: number }[]).map(({ user }) => user))
    hasMore = page.has_more === true
  }
  asker.close()
  return found
}

const sorted = (users: readonly number[]) =>
  users.map((user) => population.idOf(user)).sort((a, b) => a - b)

it('makes each chat once, with its members, and lets it have them again in a second run', async () => {
  server = await startServer({ access: 'members' })
  const ids = await prepare(server.url)
  for (const [chat, id] of ids.entries())
    expect(await membersOf(server.url, chat, id)).toEqual(sorted(memberships.membersOf[chat]!))
  const owner = memberships.membersOf[0]![0]!
  const asker = new Asker(server.url, population.queryOf(owner), population.idOf(owner))
  await asker.greeting
  const gone = population.idOf(memberships.membersOf[0]![1]!)
  await asker.ask({ type: 'REMOVE_MEMBERS', ...{ chat_id: ids[0], users: [gone] } })
  await asker.ask({ type: 'ADD_MEMBERS', ...{ chat_id: ids[0], users: [999_999] } })
  asker.close()
  expect(await prepare(server.url)).toEqual(ids)
  expect(await membersOf(server.url, 0, ids[0]!)).toEqual(sorted(memberships.membersOf[0]!))
})

it('a server without members is refused before anybody connects', async () => {
  server = await startServer()
  const run = runBench(scenario, {
    url: server.url,
    signal: new AbortController().signal,
    workers: 1,
    launch: (setup) => new Generator(setup),
    shard: { index: 0, count: 1 },
    onProgress: () => {},
  })
  await expect(run).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('--access members'),
  })
})
