import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost, type FakeHost } from '../support/fake-host.ts'
import { isBuilt, PROGRAM } from '../support/program.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
let friend: WireClient
beforeAll(async () => {
  server = await startServer()
  friend = await WireClient.connect(server.url, 6)
})
afterAll(async () => {
  await friend.close()
  await server.close()
})

/** A run of `chatws tail` as user 5, with no configuration of anyone's. */
function tail(...args: string[]): FakeHost & { exitCode: Promise<number>; lines(): string[] } {
  const fake = createFakeHost({ XDG_CONFIG_HOME: '/nonexistent' })
  const exitCode = main(['tail', '--user', '5', '--url', server.url, ...args], fake.host)
  return { ...fake, exitCode, lines: () => fake.stdout().split('\n').slice(0, -1) }
}

/** Another user writes to a chat, and all of it is stored. */
async function say(chatId: number, ...contents: string[]): Promise<void> {
  const before = friend.all('MESSAGE').length
  for (const content of contents)
    friend.send({ type: 'NEW_MESSAGE', chat_id: chatId, sender_id: 6, content })
  await friend.next('MESSAGE', before + contents.length)
}

describe('chatws tail', () => {
  it('prints the newest messages, then those that come, each once and of one chat only', async () => {
    await say(1, 'one', 'two', 'three')
    const run = tail('--chat', '1', '--lines', '2')
    await until(() => run.lines().length === 2, 'the newest messages')
    await say(2, 'elsewhere')
    await say(1, 'four')
    await until(() => run.lines().length === 3, 'the new message')
    run.raise('SIGTERM')
    expect(await run.exitCode).toBe(143)
    expect(run.lines().map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
      ...['#1 <6> two', '#1 <6> three', '#1 <6> four'],
    ])
    expect(run.stderr()).toBe('')
  })

  it('--no-follow ends it with exit code 0', async () => {
    await say(3, 'only')
    const run = tail('--chat', '3', '--no-follow')
    expect(await run.exitCode).toBe(0)
    expect(run.lines()).toEqual([expect.stringMatching(/#3 <6> only$/)])
  })

  it('--json prints payloads, in which nothing controls a terminal', async () => {
    const content = '\u001b[2J\u007f\u202e'
    await say(4, content)
    const run = tail('--chat', '4', '--no-follow', '--json')
    expect(await run.exitCode).toBe(0)
    expect(run.lines()).toHaveLength(1)
    expect(run.lines()[0]).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(JSON.parse(run.lines()[0]!)).toMatchObject({ chat_id: 4, sender_id: 6, content })
  })

  it('a message is one line, whatever is in it; files are named and deleted ones said to be', async () => {
    await say(5, 'a\nb\u001b]0;owned\u0007')
    const before = friend.all('MESSAGE').length
    friend.send({
      ...{ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 6, content: 'Look' },
      ...{ file_type: 'image/png', file_paths: 'https://example.org/a.png' },
    })
    await friend.next('MESSAGE', before + 1)
    await say(5, 'mistake')
    const { id } = friend.all('MESSAGE').at(-1)!.payload
    friend.send({ type: 'DELETE', message_id: id })
    await friend.next('MESSAGE_DELETED')
    const run = tail('--chat', '5', '--no-follow')
    expect(await run.exitCode).toBe(0)
    expect(run.lines().map((line) => line.replace(/^.*<6> /, ''))).toEqual([
      ...['a⏎b␛]0;owned␇', 'Look [image/png: https://example.org/a.png]', '(deleted)'],
    ])
  })

  it('a support chat is followed with --support', async () => {
    friend.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 9, sender_id: 6, content: 'Hi' })
    await friend.next('SUPPORT_MESSAGE')
    const run = tail('--support', '9', '--no-follow')
    expect(await run.exitCode).toBe(0)
    expect(run.lines()).toEqual([expect.stringMatching(/support#9 <6> Hi$/)])
  })

  it.each([
    [[], /^chatws: --chat: is required/],
    [['--chat', '0'], /^chatws: --chat: must be a positive whole number/],
    [['--chat', '1', '--lines', '1001'], /^chatws: --lines: must be at most 1000/],
    [['--chat', '1', '--lines', '-1'], /^chatws: --lines: must be at least 0/],
  ])('%j is wrong usage', async (args, problem) => {
    const run = tail(...args)
    expect(await run.exitCode).toBe(2)
    expect(run.stderr()).toMatch(problem)
  })

  it('a server that is away is told beside the messages, and tried again', async () => {
    const run = tail('--chat', '1', '--url', 'ws://127.0.0.1:1')
    await until(() => run.stderr() !== '', 'the warning')
    expect(run.stderr()).toMatch(/^chatws: no connection: .*; trying again\n/)
    run.raise('SIGINT')
    expect(await run.exitCode).toBe(130)
    expect(run.stdout()).toBe('')
  })

  it.each([[[]], [['--no-follow']], [['--lines', '0']]])(
    '%j gives up on a server that is not there, with exit code 1',
    async (args) => {
      const away = ['--chat', '1', '--url', 'ws://127.0.0.1:1', '--timeout', '0.05']
      const run = tail(...away, ...(args as string[]))
      expect(await run.exitCode).toBe(1)
      expect(run.stderr()).toMatch(/^chatws: no connection for 0\.05 s: .*ECONNREFUSED/m)
    },
  )

  it('does not give up on a server that it followed', async () => {
    const own = await startServer()
    const run = tail('--chat', '1', '--url', own.url, '--timeout', '2', '--lines', '0')
    const watcher = await WireClient.connect(own.url, 6)
    await until(
      () => watcher.all('USER_ONLINE').some(({ userId }) => userId === 5) || run.stderr() !== '',
      'the connection',
    )
    await watcher.close()
    await own.close()
    await until(() => run.stderr().split('again').length > 4, 'further attempts')
    run.raise('SIGINT')
    expect(await run.exitCode).toBe(130)
    expect(run.stderr()).not.toContain('no connection for')
  })

  it.skipIf(!isBuilt)('a reader that has seen enough ends it without an error', async () => {
    const args = [
      PROGRAM,
      'tail',
      '--user',
      '7',
      '--url',
      server.url,
      '--chat',
      '8',
      '--lines',
      '0',
    ]
    const env = { ...process.env, XDG_CONFIG_HOME: '/nonexistent' }
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const ended = once(child, 'exit')
    let stderr = ''
    child.stderr.on('data', (text) => {
      stderr += text
    })
    await until(
      () => friend.all('USER_ONLINE').some(({ userId }) => userId === 7),
      'the connection of user 7',
    )
    // What is written after the reader has gone away meets a closed pipe.
    child.stdout.destroy()
    const anyone = { type: 'NEW_MESSAGE', chat_id: 8, sender_id: 6, content: 'anyone?' }
    const writing = setInterval(() => friend.send(anyone), 50)
    const [exitCode, signal] = await ended
    clearInterval(writing)
    expect([exitCode, signal, stderr]).toEqual([0, null, ''])
  })
})
