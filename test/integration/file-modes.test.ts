import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

let umask: number
let server: TestServer
beforeEach(() => {
  umask = process.umask(0)
})
afterEach(async () => {
  process.umask(umask)
  await server.close()
})

/** Files below a folder → what others than their owner may do with them, or with the folder. */
function open(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true }) as string[]
  const modes = entries.map((name) => [name, statSync(join(folder, name)).mode & 0o777] as const)
  return Object.fromEntries(
    modes.filter(([, mode]) => mode & 0o077).map(([name, mode]) => [name, mode.toString(8)]),
  )
}

test('nobody else may read what the server keeps, whatever the umask', async () => {
  server = await startServer({ database: 'sqlite', uploads: {} })
  const folder = join(server.databasePath, '..')
  const client = await WireClient.connect(server.url, 1)
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id: 'x' })
  await client.next('ACK')
  const form = new FormData()
  form.append('file', new Blob(['text']), 'a.txt')
  const url = `http://127.0.0.1:${server.port}/uploads?userId=1`
  expect((await fetch(url, { method: 'POST', body: form })).status).toBe(201)
  const backup = ['db', 'backup', join(folder, 'copy.db'), '--database-url', server.databasePath]
  const fake = createFakeHost()
  expect([await main(backup, fake.host), fake.stderr()]).toEqual([0, expect.any(String)])
  await until(() => readdirSync(folder).includes('test.db-position'), 'the position')

  const names = readdirSync(folder)
  for (const name of ['test.db', 'test.db-wal', 'test.db-shm', 'copy.db', 'uploads'])
    expect(names).toContain(name)
  expect(open(folder)).toEqual({})
})
