import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogOutput } from '../../src/cli/log-output.ts'
import { createServerLogSink } from '../../src/cli/server-log-sink.ts'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The lines of a log of everything that a server can tell, where it picked its port or not. */
function linesOf(
  format: 'text' | 'json',
  level: Parameters<typeof createServerLogSink>[1],
  isPicked = true,
): string[] {
  const file = join(folder, 'log')
  const descriptor = openSync(file, 'w')
  const serverLog = new ServerLog(createServerLogSink(format, level, new LogOutput(descriptor)))
  const about = { userId: 1, connection: 2, isControl: false }
  serverLog.listening('ws://127.0.0.1:1', isPicked)
  serverLog.frame({ ...about, direction: 'in' }, () => '{}')
  serverLog.frame({ ...about, direction: 'out', isControl: true }, () => 'PONG (0 bytes)')
  serverLog.stats(1, 2)
  serverLog.failure('It broke', new Error('why'))
  serverLog.close()
  closeSync(descriptor)
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

const LISTENING = '🚀 WS: Server listening on ws://127.0.0.1:1'
const FRAME = '🔍 WS: in  user 1 connection 2: {}'
const PONG = '🔍 WS: out user 1 connection 2: PONG (0 bytes)'
const STATS = '📊 WS Stats: 1 users, 2 connections'
const FAILURE = '❌ WS: It broke: why'

it.each([
  ['trace', [LISTENING, FRAME, PONG, STATS, FAILURE]],
  ['debug', [LISTENING, FRAME, STATS, FAILURE]],
  ['info', [LISTENING, STATS, FAILURE]],
  ['warn', [LISTENING, FAILURE]],
  ['error', [LISTENING, FAILURE]],
  ['fatal', [LISTENING]],
  ['silent', []],
] as const)('at %s it has what that level asks for, in both formats', (level, lines) => {
  expect(linesOf('text', level)).toEqual(lines)
  expect(linesOf('json', level).map((line) => JSON.parse(line).msg)).toEqual(lines)
})

it.each(['warn', 'error', 'fatal', 'silent'] as const)(
  'at %s it does not have a port that was asked for',
  (level) => {
    expect(linesOf('text', level, false)).not.toContain(LISTENING)
  },
)

it('a record has a level, its event and what belongs to it', () => {
  expect(linesOf('json', 'debug').map((line) => JSON.parse(line))).toMatchObject([
    { level: 30, event: 'listening', url: 'ws://127.0.0.1:1' },
    { level: 20, event: 'frame_in', userId: 1, connection: 2, frame: '{}' },
    { level: 30, event: 'stats', users: 1, connections: 2 },
    { level: 50, event: 'failure', what: 'It broke', err: { message: 'why' } },
  ])
  const [listening] = linesOf('json', 'fatal')
  expect(JSON.parse(listening!)).toMatchObject({ level: 30, event: 'listening' })
})
