import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'chatws-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

let server: TestServer | undefined
afterEach(() => server?.close())

function scenarioFile(changes: object = {}): string {
  const file = join(folder, 'scenario.json')
  const scenario = {
    name: 'small',
    users: { count: 5, connections: [{ count: 2, weight: 1 }] },
    durationSeconds: 0.3,
    drainSeconds: 2,
    chat: { ratePerSecond: 50 },
    ...changes,
  }
  writeFileSync(file, JSON.stringify(scenario))
  return file
}

async function bench(...argv: string[]) {
  const fake = createFakeHost()
  const exitCode = await main(['bench', ...argv], fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

it('passes against a running server and prints the stats line', async () => {
  server = await startServer()
  const { exitCode, stdout, stderr } = await bench(scenarioFile(), '--url', server.url)
  expect(exitCode).toBe(0)
  expect(stdout).toContain('\n📊 WS Stats: 5 users, 10 connections\n')
  expect(stdout).toContain('✓ audit clean')
  expect(stderr).toMatch(/sending .*10\/10 connected/)
})

it('exits with 99 when a threshold fails', async () => {
  server = await startServer()
  const file = scenarioFile({ thresholds: { deliveries_per_second: ['value>1000000000'] } })
  const { exitCode, stdout } = await bench(file, '--url', server.url)
  expect(exitCode).toBe(99)
  expect(stdout).toContain('✗ deliveries_per_second value>1000000000')
})

it('writes the whole result as JSON to a file', async () => {
  server = await startServer()
  const json = join(folder, 'result.json')
  await bench(scenarioFile(), '--url', server.url, '--json', json)
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    version: 1,
    scenario: 'small',
    users: 5,
    connections: 10,
    delivery: { sent: 15, acknowledged: 15, missing: 0 },
    exitCode: 0,
  })
})

it('writes nothing but JSON to standard output when that is asked for', async () => {
  server = await startServer()
  const { stdout, stderr } = await bench(scenarioFile(), '--url', server.url, '--json', '-')
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, exitCode: 0 })
  expect(stderr).toContain('📊 WS Stats')
})

it('exits with 2 for a bad scenario, naming every problem', async () => {
  const { exitCode, stderr } = await bench(scenarioFile({ users: { count: 0 }, durationS: 1 }))
  expect(exitCode).toBe(2)
  expect(stderr).toContain('users.count:')
  expect(stderr).toContain('durationS: unknown, did you mean durationSeconds?')
})

it('exits with 2 for a scenario file that is not there, and for a bad URL', async () => {
  expect((await bench(join(folder, 'none.json'))).exitCode).toBe(2)
  const { exitCode, stderr } = await bench(scenarioFile(), '--url', 'http://127.0.0.1:1')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--url: must be a ws:// or wss:// URL')
})

it('exits with 1 when the server cannot be reached', async () => {
  server = await startServer()
  await server.close()
  const { exitCode, stderr } = await bench(scenarioFile(), '--url', server.url)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('ECONNREFUSED')
})

it('reports what it has and exits with 130 when it is interrupted', async () => {
  server = await startServer()
  const fake = createFakeHost()
  const file = scenarioFile({ durationSeconds: 60 })
  const exited = main(['bench', file, '--url', server.url], fake.host)
  await until(() => fake.stderr().includes('sending'), 'the run to send')
  fake.raise('SIGINT')
  expect(await exited).toBe(130)
  expect(fake.stdout()).toContain('interrupted')
})
