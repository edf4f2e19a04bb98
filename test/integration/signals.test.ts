import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMIN_TOKEN } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

let folder: ReturnType<typeof createFolder>
let started: ServeProcess[]
beforeEach(() => {
  folder = createFolder()
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((serve) => serve.kill()))
  folder.remove()
})

async function start(...args: string[]): Promise<ServeProcess> {
  const serve = await ServeProcess.start(join(folder.path, `${started.length}.db`), args)
  started.push(serve)
  return serve
}

/** Runs a server that is expected not to start. */
async function run(...args: string[]): Promise<ServeProcess> {
  const serve = new ServeProcess(args)
  started.push(serve)
  await serve.ended
  return serve
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s closes every client with 4000 and ends the server with 0',
  async (signal) => {
    const serve = await start()
    const clients = [
      await WireClient.connect(serve.url!, 1),
      await WireClient.connect(serve.url!, 2),
    ]
    serve.signal(signal)
    for (const client of clients)
      expect(await client.closed).toEqual({
        code: 4000,
        reason: expect.stringMatching(/^Server draining; retry_after_ms=\d+$/),
      })
    expect(await serve.ended).toBe(0)
    expect(serve.lines).toContain(`🛑 WS: ${signal}: stopping`)
    expect(serve.stderr).toBe('')
  },
)

test('a second signal ends the server with a failure, without waiting for clients', async () => {
  const serve = await start()
  const silent = await RawClient.upgrade(Number(new URL(serve.url!).port), 'userId=1')
  serve.signal('SIGTERM')
  await until(() => serve.stdout.includes('stopping'), 'the first signal to be heard')
  serve.signal('SIGTERM')
  expect(await serve.ended).toBe(1)
  silent.close()
})

test('an admin who asks over HTTP stops the server as a signal does', async () => {
  const serve = await start('--admin-token', ADMIN_TOKEN)
  const client = await WireClient.connect(serve.url!, 1)
  const response = await fetch(`${serve.url!.replace('ws:', 'http:')}/api/admin/drain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  expect(response.status).toBe(202)
  expect((await client.closed).code).toBe(4000)
  expect(await serve.ended).toBe(0)
  expect(serve.lines).toContain('🛑 WS: request of an admin: stopping')
})

test('a port in use ends the server with 1 and one clear line', async () => {
  const first = await start()
  const { port } = new URL(first.url!)
  const second = await run('--port', port, '--database-url', join(folder.path, 'second.db'))
  expect(await second.ended).toBe(1)
  expect(second.stderr).toBe(
    `chatws: Port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port\n`,
  )
  expect(second.stdout).toBe('')
})

test('a database in a folder that does not exist ends the server with 1 and one line', async () => {
  const path = join(folder.path, 'missing', 'chat.db')
  const serve = await run('--port', '0', '--database-url', path)
  expect(await serve.ended).toBe(1)
  expect(serve.stderr).toMatch(/^chatws: Cannot open the database [^\n]+\n$/)
  expect(serve.stderr).toContain(path)
})

test('a file that is no database ends the server with 1 and one line', async () => {
  const path = join(folder.path, 'letter.txt')
  writeFileSync(path, 'Dear Sir or Madam, '.repeat(1_000))
  const serve = await run('--port', '0', '--database-url', path)
  expect(await serve.ended).toBe(1)
  expect(serve.stderr).toMatch(/^chatws: [^\n]+\n$/)
  expect(serve.stderr).toContain(path)
})

test('wrong usage ends the server with 2 and names every problem', async () => {
  const serve = await run('--port', 'x', '--heartbeat', '0', '--database-url', folder.path)
  expect(await serve.ended).toBe(2)
  expect(serve.stderr.split('\n')).toEqual([
    'chatws: --port: must be a port number, not "x"',
    'chatws: --heartbeat: must be at least 0.1, not "0"',
    '',
  ])
})

/** Runs the same session against a server and returns the lines that it wrote. */
async function session(...args: string[]): Promise<{ url: string; lines: string[] }> {
  const serve = await start(...args)
  const client = await WireClient.connect(serve.url!, 1)
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'a' })
  await client.next('MESSAGE')
  await client.close()
  await until(() => serve.stdout.includes('OFFLINE'), 'the user to be seen leaving')
  serve.signal('SIGTERM')
  expect(await serve.ended).toBe(0)
  return { url: serve.url!, lines: serve.lines }
}

test('the lines of a session are exactly the documented ones', async () => {
  const { url, lines } = await session()
  expect(lines).toEqual([
    `🚀 WS: Server listening on ${url}`,
    '🚀 WS: User 1 connected',
    '📡 WS: User 1 is ONLINE',
    '📡 WS: Broadcast sent to 0 users',
    '📨 WS: Received message from user 1: NEW_MESSAGE',
    '💬 WS: New message created with ID: 1',
    '📡 WS: Message broadcast sent to 1 users',
    '🔌 WS: User 1 disconnected',
    '📡 WS: User 1 is OFFLINE',
    '📡 WS: Broadcast sent to 0 users',
    '🛑 WS: SIGTERM: stopping',
    '🛑 WS: stopped',
  ])
})

test('the JSON log holds one record a line with the lines of the text log as msg', async () => {
  const text = await session()
  const json = await session('--log-format', 'json')
  const records = json.lines.map((line) => JSON.parse(line))
  expect(records.map((record) => record.msg.replace(json.url, text.url))).toEqual(text.lines)
  expect(records[1]).toMatchObject({ level: 30, event: 'user_connected', userId: 1 })
})

test('a log level of error leaves out what is only information, but not a port that was picked', async () => {
  const serve = await start('--log-level', 'error')
  await WireClient.connect(serve.url!, 1)
  serve.signal('SIGTERM')
  expect(await serve.ended).toBe(0)
  expect(serve.lines).toEqual([`🚀 WS: Server listening on ${serve.url}`])
  expect(serve.stderr).toBe('')
})
