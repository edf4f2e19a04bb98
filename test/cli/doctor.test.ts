import { once } from 'node:events'
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  checkClock,
  checkDescriptors,
  checkMigrations,
  checkNode,
  checkPort,
} from '../../src/cli/doctor-checks.ts'
import { main } from '../../src/cli/main.ts'
import type { DatabaseStatus } from '../../src/storage/database.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { startServer } from '../support/start-server.ts'

let database: ReturnType<typeof TestDatabase.sqlite>
beforeEach(() => {
  database = TestDatabase.sqlite()
})
afterEach(() => database.drop())

async function run(...argv: string[]) {
  const fake = createFakeHost()
  const path = database.location.path
  const exitCode = await main(['doctor', '--port', '0', '--database-url', path, ...argv], fake.host)
  return { exitCode, stdout: fake.stdout() }
}

const STATUS: DatabaseStatus = {
  ...{ provider: 'sqlite', exists: true, sizeBytes: 1, answerMs: 1 },
  ...{ appliedMigrations: ['a'], pendingMigrations: [], problem: undefined },
  ...{ log: undefined, messages: undefined, newestAt: undefined, uploads: undefined },
  clock: undefined,
}
const NOW = new Date('2024-01-01T12:00:00.000Z')

describe('the keys for tokens', () => {
  let server: Server | undefined
  afterEach(() => void server?.close())

  /** Serves one answer, and returns where. */
  async function serve(answer: (response: ServerResponse) => void): Promise<string> {
    server = createHttpServer((_request, response) => answer(response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  }

  it('are counted where they can be fetched', async () => {
    const url = await serve((response) =>
      response.end('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}'),
    )
    const { stdout } = await run('--auth', 'jwt', '--jwks-url', url)
    expect(stdout).toContain(`✓ keys        1 key for tokens at ${url}\n`)
  })

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['another status', (response) => response.writeHead(404).end('{"keys":[]}'), /status 404/],
    ['a page', (response) => response.end('<html>'), /no keys for tokens/],
    ['no set', (response) => response.end('[]'), /no keys for tokens/],
    ['no keys', (response) => response.end('{"keys":[]}'), /0 keys/],
    [
      'another address',
      (response) => response.writeHead(302, { location: '/other' }).end(),
      /redirect/,
    ],
    ['no end', (response) => response.end(' '.repeat(2_000_000)), /more than 1048576 bytes/],
    ['nothing', (response) => response.destroy(), /no keys for tokens/],
  ])('fail, with what to do, where there is %s', async (_, answer, reason) => {
    const { exitCode, stdout } = await run('--auth', 'jwt', '--jwks-url', await serve(answer))
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^✗ keys .*\n +→ (see|publish)/m)
    expect(stdout).toMatch(reason)
  })
})

describe('chatws doctor', () => {
  it('finds a place well where a server can run', async () => {
    const { exitCode, stdout } = await run()
    expect(exitCode).toBe(0)
    for (const check of ['node', 'database', 'migrations', 'clock', 'space', 'port'])
      expect(stdout).toMatch(new RegExp(`^✓ ${check}`, 'm'))
  })

  it('tells programs the same', async () => {
    const { isWell, findings } = JSON.parse((await run('--json')).stdout)
    expect(isWell).toBe(true)
    expect(findings[0]).toEqual({ check: 'node', result: 'ok', message: expect.any(String) })
  })

  it('says what to do about a database that cannot be used, and fails', async () => {
    const store = await database.open()
    await database.close(store)
    await database.query("UPDATE _prisma_migrations SET checksum = 'x'")
    const { exitCode, stdout } = await run()
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^✗ migrations {2}migration .* use the chatws that made it/m)
  })

  it('says what to do about a database that does not answer', async () => {
    const url = 'postgresql://chat:secret@127.0.0.1:1/chat'
    const { exitCode, stdout } = await run('--database-url', url)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /^✗ database {4}postgresql:\/\/chat:\*\*\*@127\.0\.0\.1:1\/chat: .*\n {14}→ /m,
    )
    expect(stdout).not.toContain('secret')
  })

  it('looks at the folders', async () => {
    expect((await run('--upload-folder', '/proc/1')).stdout).toMatch(/^[✗✓!] uploads/m)
    const missing = join(database.location.path, '..', 'none')
    expect((await run('--upload-folder', missing)).stdout).toContain('the server will make it')
    const { exitCode, stdout } = await run('--database-url', join(missing, 'a.db'))
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^✗ space/m)
  })
})

describe('who may connect', () => {
  const SECRET = 's'.repeat(32)
  it.each<[args: string[], line: RegExp, exitCode: number]>([
    [[], /^✓ auth {8}anyone on this machine may connect as anyone$/m, 0],
    [
      ['--host', '0.0.0.0', '--insecure'],
      /^! auth {8}anyone who reaches 0\.0\.0\.0 .*\n +→ .*jwt/m,
      0,
    ],
    [['--auth', 'jwt', '--jwt-secret', SECRET], /^✓ auth {8}.*a shared secret$/m, 0],
    [['--auth', 'jwt', '--jwt-secret', 'short'], /^✗ auth {8}.*5 bytes.*\n +→ /m, 1],
    [['--auth', 'jwt', '--jwt-public-key', '/nonexistent'], /^✗ auth {8}.*ENOENT.*\n +→ /m, 1],
    [['--auth', 'jwt', '--jwt-public-key', '/dev/null'], /^✗ auth {8}.*no public key.*\n +→ /m, 1],
    [['--insecure-admin'], /^! admin {7}any program on this machine .*\n +→ /m, 0],
  ])('%j is looked at', async (args, line, exitCode) => {
    const found = await run(...args)
    expect(found.stdout).toMatch(line)
    expect(found.stdout).not.toContain(SECRET)
    expect(found.exitCode).toBe(exitCode)
  })

  it('is refused where the server would refuse it', async () => {
    const fake = createFakeHost({ CHATWS_JWT_SECRET: SECRET })
    expect(await main(['doctor', '--port', '0'], fake.host)).toBe(2)
    expect(fake.stderr()).toMatch(/^chatws: CHATWS_JWT_SECRET: has no meaning without --auth jwt/)
  })
})

it('says in an empty place only what is true of it', async () => {
  const { stdout } = await run()
  expect(stdout).toMatch(/^✓ migrations {2}the server applies all when it makes it$/m)
  expect(stdout).toMatch(/^✓ clock .*, with nothing to compare it with yet$/m)
  expect(stdout).toMatch(/^✓ port {8}127\.0\.0\.1 has a free port to pick$/m)
})

describe('each check', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['20.18.3', 'failed'],
    ['18.20.0', 'failed'],
    ['24.0.0', 'ok'],
  ])('Node %s: %s', (version, result) => {
    expect(checkNode(version).result).toBe(result)
  })

  it('warns of migrations to come', () => {
    expect(checkMigrations({ ...STATUS, pendingMigrations: ['b'] })).toMatchObject({
      ...{ result: 'warning', message: 'to come: b', advice: expect.stringContaining('back') },
    })
  })

  it.each<[what: string, status: Partial<DatabaseStatus>, result: string]>([
    ['with nothing to compare it with', {}, 'ok'],
    ['after the newest message', { newestAt: new Date(NOW.getTime() - 1) }, 'ok'],
    ['long before the newest message', { newestAt: new Date(NOW.getTime() + 60_000) }, 'failed'],
    ['like the clock of the database', { clock: new Date(NOW.getTime() + 1_000) }, 'ok'],
    ['unlike the clock of the database', { clock: new Date(NOW.getTime() - 9_000) }, 'warning'],
  ])('a clock %s', (_what, status, result) => {
    expect(checkClock({ ...STATUS, ...status }, NOW).result).toBe(result)
  })

  it.each([
    [1_024, 'warning'],
    [65_536, 'ok'],
    [undefined, 'ok'],
  ])('%s descriptors: %s', (limit, result) => {
    expect(checkDescriptors(limit, 0).result).toBe(result)
  })

  it.each([
    [1_024, 900, 'ok', undefined],
    [1_024, 1_000, 'warning', 'LimitNOFILE=65536'],
    [65_536, 100_000, 'warning', 'LimitNOFILE=131072'],
  ])('%s descriptors for %s connections: %s', (limit, connections, result, advice) => {
    const found = checkDescriptors(limit, connections)
    expect(found.result).toBe(result)
    if (advice !== undefined) expect(found.advice).toContain(advice)
  })

  it('looks at the descriptors for the connections that are configured', async () => {
    const { stdout } = await run('--max-connections', '100000000')
    expect(stdout).toMatch(/^! descriptors .* too few for 100000000 connections$/m)
  })

  it('tells a chatws server at the port from something else', async () => {
    const server = await startServer()
    expect(await checkPort('127.0.0.1', server.port)).toMatchObject({ result: 'ok' })
    await server.close()

    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    expect(await checkPort('127.0.0.1', port)).toMatchObject({
      ...{ result: 'failed', message: `127.0.0.1:${port} is in use by something else` },
    })
    other.close()
    expect(await checkPort('127.0.0.1', 0)).toMatchObject({ result: 'ok' })
  })

  it('says what is wrong with an address that is not of this machine', async () => {
    expect(await checkPort('192.0.2.1', 0)).toMatchObject({
      ...{ result: 'failed', advice: expect.stringContaining('--host') },
    })
  })
})
