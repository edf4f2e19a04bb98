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
    phases: [
      { name: 'ramp', durationSeconds: 0.1, users: 5, load: 0 },
      { name: 'steady', durationSeconds: 0.3 },
    ],
    behaviours: [{ name: 'b', send: [{ ratePerSecond: 50 }] }],
    drainSeconds: 2,
    ...changes,
  }
  writeFileSync(file, JSON.stringify(scenario))
  return file
}

/**
 * What a run exits with that should exit with `code`. On a machine that has too much else to do, its
 * report says that it is not valid as a measurement, and then it must exit with 97.
 */
const unlessInvalid = (code: number, report: string) =>
  /✗ measurement INVALID|"verdict": ?"INVALID"/.test(report) ? 97 : code

async function bench(...argv: string[]) {
  const fake = createFakeHost()
  const exitCode = await main(['bench', ...argv], fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

it('passes against a running server and prints the stats line', async () => {
  server = await startServer()
  const { exitCode, stdout, stderr } = await bench(scenarioFile(), '--url', server.url)
  expect(exitCode).toBe(unlessInvalid(0, stdout))
  expect(stdout).toContain('\n📊 WS Stats: 5 users, 10 connections\n')
  expect(stdout).toContain('✓ audit clean')
  expect(stderr).toMatch(/draining .* connected/)
  expect(stderr).toMatch(/ 10\/10 connected /)
})

it('exits with 99 when a threshold fails', async () => {
  server = await startServer()
  const file = scenarioFile({ thresholds: { deliveries_per_second: ['value>1000000000'] } })
  const { exitCode, stdout } = await bench(file, '--url', server.url)
  expect(exitCode).toBe(unlessInvalid(99, stdout))
  expect(stdout).toContain('✗ deliveries_per_second value>1000000000')
})

it('writes the whole result as JSON to a file', async () => {
  server = await startServer()
  const json = join(folder, 'result.json')
  await bench(scenarioFile(), '--url', server.url, '--json', json)
  const report = readFileSync(json, 'utf8')
  expect(JSON.parse(report)).toMatchObject({
    version: 1,
    scenario: { name: 'small' },
    users: 5,
    connections: 10,
    audit: { sent: 15, acknowledged: 15, missing: 0 },
    exitCode: unlessInvalid(0, report),
  })
})

it('writes nothing but JSON to standard output when that is asked for', async () => {
  server = await startServer()
  const { stdout, stderr } = await bench(scenarioFile(), '--url', server.url, '--json', '-')
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    exitCode: unlessInvalid(0, stdout),
  })
  expect(stderr).toContain('📊 WS Stats')
})

it('exits with 2 for a bad scenario, naming every problem', async () => {
  const { exitCode, stderr } = await bench(scenarioFile({ users: { count: 0 }, drainS: 1 }))
  expect(exitCode).toBe(2)
  expect(stderr).toContain('users.count:')
  expect(stderr).toContain('drainS: unknown, did you mean drainSeconds?')
})

it('exits with 2 for a scenario file that is not there, and for a bad URL', async () => {
  expect((await bench(join(folder, 'none.json'))).exitCode).toBe(2)
  const { exitCode, stderr } = await bench(scenarioFile(), '--url', 'http://127.0.0.1:1')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--url: must be a ws:// or wss:// URL')
})

/** Begins a run that only an interruption ends. */
async function beginLongRun() {
  server = await startServer()
  const fake = createFakeHost()
  const file = scenarioFile({ phases: [{ name: 'long', durationSeconds: 60, users: 5 }] })
  const exited = main(['bench', file, '--url', server.url], fake.host)
  await until(() => fake.stderr().includes('long'), 'the run to begin')
  return { fake, exited }
}

it('exits with 1 when the server cannot be reached', async () => {
  server = await startServer()
  await server.close()
  const { exitCode, stderr } = await bench(scenarioFile(), '--url', server.url)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('ECONNREFUSED')
})

it('reports what it has and exits with 130 when it is interrupted', async () => {
  const { fake, exited } = await beginLongRun()
  fake.raise('SIGINT')
  expect(await exited).toBe(130)
  expect(fake.stdout()).toContain('interrupted')
})

it('prints the JSON Schema of scenarios and of results', async () => {
  const { exitCode, stdout } = await bench('schema')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ required: ['name', 'users', 'phases'] })
  expect(JSON.parse((await bench('schema', 'result')).stdout).required).toContain('verdict')
  const wrong = await bench('schema', 'nothing')
  expect(wrong.exitCode).toBe(2)
  expect(wrong.stderr).toContain('not of nothing')
})

it('writes every report that is asked for, and a line for each second', async () => {
  server = await startServer()
  const files = Object.fromEntries(
    ['ndjson', 'junit', 'markdown', 'html', 'summary'].map((name) => [name, join(folder, name)]),
  )
  const fake = createFakeHost({ GITHUB_STEP_SUMMARY: files.summary! })
  const argv = ['ndjson', 'junit', 'markdown', 'html'].flatMap((name) => [
    `--${name}`,
    files[name]!,
  ])
  // Again when the machine had too much else to do for a measurement: the rest is of one that passed.
  for (let tries = 0, exitCode = 97; exitCode === 97 && tries < 5; tries++) {
    for (const file of Object.values(files)) rmSync(file, { force: true })
    exitCode = await main(['bench', scenarioFile(), '--url', server.url, ...argv], fake.host)
  }
  const read = (name: string) => readFileSync(files[name]!, 'utf8')
  const lines = read('ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines[0]).toMatchObject({ event: 'start', scenario: 'small' })
  expect(lines[1]).toMatchObject({ event: 'second', second: 0 })
  expect(lines.at(-1)).toMatchObject({ event: 'result', exitCode: 0, problems: [] })
  expect(read('junit')).toContain('<testsuites name="chatws bench" tests="2" failures="0"')
  expect(read('markdown')).toContain('## ✅ chatws bench: small passed')
  expect(read('summary')).toBe(read('markdown'))
  expect(read('html')).toContain('new uPlot(')
})

it.each([
  ['kills', 'kill'],
  ['stops', 'restart'],
])('%s its own server and starts it again, and nothing is lost over that', async (_, server) => {
  const phases = [
    { name: 'ramp', durationSeconds: 0.3, users: 5, load: 0 },
    { name: 'steady', durationSeconds: 0.3 },
    {
      name: 'away',
      durationSeconds: 2,
      chaos: { server, downSeconds: 0.1, reconnectSeconds: 0.2 },
    },
  ]
  const json = join(folder, 'away.json')
  const file = scenarioFile({ phases, drainSeconds: 20 })
  const { exitCode, stdout } = await bench(file, '--json', json, '--workers', '2')
  expect(stdout).toContain('✓ audit clean')
  expect(exitCode).toBe(unlessInvalid(0, stdout))
  const { audit, latencies } = JSON.parse(readFileSync(json, 'utf8'))
  expect(audit.notInDatabase).toBe(0)
  expect(audit.acknowledged).toBe(audit.sent)
  expect(Object.keys(audit.expectedLosses)).not.toEqual([])
  expect(latencies.resume_ms.count).toBeGreaterThan(0)
})

it('plays shards on their own, and merges what they found', async () => {
  server = await startServer()
  const file = scenarioFile()
  const shards = ['1/2', '2/2'].map((shard, index) => ({ shard, json: join(folder, `s${index}`) }))
  const { url } = server
  const codes = await Promise.all(
    shards.map(({ shard, json }) => bench(file, '--url', url, '--shard', shard, '--json', json)),
  )
  for (const { exitCode, stdout } of codes) expect(exitCode).toBe(unlessInvalid(0, stdout))
  const { exitCode, stdout, stderr } = await bench('merge', ...shards.map(({ json }) => json))
  expect(exitCode).toBe(unlessInvalid(0, stdout))
  expect(JSON.parse(stdout)).toMatchObject({
    shards: ['1/1'],
    connections: 10,
    audit: { sent: 15, acknowledged: 15, missing: 0 },
  })
  expect(stderr).toContain('10 connections')
})

it('compares with a baseline, and refuses that of another scenario', async () => {
  server = await startServer()
  const json = join(folder, 'baseline.json')
  await bench(scenarioFile(), '--url', server.url, '--json', json)
  const old = JSON.parse(readFileSync(json, 'utf8'))
  const argv = ['--url', server.url, '--baseline', json, '--max-regression', '1000000%']
  const same = await bench(scenarioFile(), ...argv)
  expect(same.stdout).toContain('compared with the baseline')
  expect(same.exitCode).toBe(unlessInvalid(0, same.stdout))
  const faster = { ...old, values: { ...old.values, deliveries_per_second: 1e9 } }
  writeFileSync(json, JSON.stringify(faster))
  const worse = await bench(scenarioFile(), '--url', server.url, '--baseline', json)
  expect(worse.exitCode).toBe(unlessInvalid(99, worse.stdout))
  expect(worse.stdout).toContain('✗ deliveries_per_second')
})

it('refuses a baseline of another scenario before it plays', async () => {
  server = await startServer()
  const json = join(folder, 'other.json')
  await bench(scenarioFile(), '--url', server.url, '--json', json)
  const other = await bench(scenarioFile({ seed: 2 }), '--url', server.url, '--baseline', json)
  expect(other.exitCode).toBe(1)
  expect(other.stderr).toMatch(/^chatws: The baseline is of another scenario: /)
  expect(other.stdout).toBe('')
})

it('refuses before it plays what cannot be done: a part on its own, a report that has no place', async () => {
  const part = await bench(scenarioFile(), '--shard', '1/2')
  expect(part.exitCode).toBe(2)
  expect(part.stderr).toMatch(/^chatws: --shard: needs --url: /)
  const lost = await bench(scenarioFile(), '--html', join(folder, 'none', 'report.html'))
  expect(lost.exitCode).toBe(1)
  expect(lost.stderr).toMatch(/^chatws: --html: cannot write .*: there is no folder/)
})

it('ends at once at a second Ctrl-C', async () => {
  const { fake, exited } = await beginLongRun()
  fake.raise('SIGINT')
  fake.raise('SIGINT')
  expect(await exited).toBe(130)
  // The run is still ending: nothing waits for it.
  await until(() => fake.stdout().includes('interrupted'), 'the run to end')
})

it('makes every report again of a result', async () => {
  server = await startServer()
  const [json, html] = [join(folder, 'again.json'), join(folder, 'again.html')]
  const { stdout } = await bench(scenarioFile(), '--url', server.url, '--json', json)
  const again = await bench('merge', json, '--json', json, '--html', html)
  expect(again.exitCode).toBe(unlessInvalid(0, stdout))
  expect(again.stdout).toBe(stdout)
  expect(readFileSync(html, 'utf8')).toContain('new uPlot(')
})
