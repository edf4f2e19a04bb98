import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PNG } from '../../support/sample-files.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'
import { ScreenRun } from '../screen-run.ts'

let server: TestServer
let home: string
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  server = await startServer({ uploads: { maxBytes: 100_000 } })
  home = mkdtempSync(join(tmpdir(), 'chatws-home-'))
  writeFileSync(join(home, 'photo.png'), PNG)
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})
afterAll(async () => {
  await server.close()
  rmSync(home, { recursive: true })
})

async function open(userId: number, url = server.url, env = {}): Promise<ScreenRun> {
  const run = new ScreenRun(url, userId, { columns: 110, rows: 30, env: { HOME: home, ...env } })
  opened.push(run)
  await run.shows(/^ connected \|/m)
  return run
}

async function watch(userId: number): Promise<WireClient> {
  const client = await WireClient.connect(server.url, userId)
  opened.push(client)
  return client
}

describe('/upload', () => {
  it('a file is sent as a message to the chat, and shown with its type', async () => {
    const bob = await watch(12)
    const ann = await open(11)
    ann.enter('/upload ~/photo.png')
    const { payload } = await bob.next('MESSAGE')
    expect(payload).toMatchObject({
      ...{ chat_id: 1, sender_id: 11, content: 'photo.png', file_type: 'image/png' },
      file_paths: expect.stringMatching(/^uploads\/[0-9a-f]{32}\.png$/),
    })
    await ann.shows(`📎 image/png: ${payload.file_paths}`)
    const kept = await fetch(`http://127.0.0.1:${server.port}/${payload.file_paths}`)
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(PNG)
  })

  it('Tab completes the path, and one with spaces is one', async () => {
    writeFileSync(join(home, 'my notes.txt'), 'Hello')
    const bob = await watch(14)
    const ann = await open(13)
    ann.press('/upload ~/my\t')
    await ann.shows('> /upload ~/my notes.txt')
    ann.press('\r')
    expect((await bob.next('MESSAGE')).payload).toMatchObject({ content: 'my notes.txt' })
  })

  it.each([
    ['"~/photo.png"', 'photo.png'],
    ["'~/photo.png'", 'photo.png'],
    ['~/dropped\\ here.txt', 'dropped here.txt'],
  ])('a path that was dropped on the terminal as %s is understood', async (path, content) => {
    writeFileSync(join(home, 'dropped here.txt'), 'Hello')
    const bob = await watch(14)
    const ann = await open(13)
    ann.enter(`/upload ${path}`)
    expect((await bob.next('MESSAGE')).payload).toMatchObject({ content })
  })

  it('a hostile name controls no terminal and is stored as it is', async () => {
    const name = 'a"\u001b]0;owned\u0007\n.txt'
    writeFileSync(join(home, name), 'Hello')
    const bob = await watch(16)
    const ann = await open(15)
    ann.press('/upload ~/a"\t')
    await ann.shows('␛]0;owned␇')
    ann.press('\r')
    expect((await bob.next('MESSAGE')).payload).toMatchObject({ content: name })
    await ann.shows('<15> a"␛]0;owned␇')
    expect(ann.terminal.commands.join()).not.toContain('owned')
    expect(ann.terminal.bells).toBe(0)
  })

  it('with a reply begun, the file answers', async () => {
    const bob = await watch(18)
    const ann = await open(17)
    bob.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 18, content: 'Which one?' })
    const { payload } = await bob.next('MESSAGE')
    await ann.shows('Which one?')
    ann.enter(`/reply #${payload.id}`)
    await ann.shows(`reply to message ${payload.id}`)
    ann.enter('/upload ~/photo.png')
    expect((await bob.next('MESSAGE', 2)).payload).toMatchObject({ reply_to: payload.id })
    await ann.shows('┌ <18> Which one?')
    expect(ann.screen).not.toContain('reply to message')
  })

  it.each([
    ['missing.png', /there is no file \S+missing.png/],
    ['folder', /folder is no file/],
    ['empty', /empty is empty/],
    ['binary', /binary was not sent: /],
    ['large', /large was not sent: The file has more than 100000 bytes/],
  ])('%s is not sent, and the chat says why', async (name, why) => {
    mkdirSync(join(home, 'folder'), { recursive: true })
    writeFileSync(join(home, 'empty'), '')
    writeFileSync(join(home, 'binary'), new Uint8Array(5_000))
    writeFileSync(join(home, 'large'), 'x'.repeat(100_001))
    const ann = await open(19)
    ann.enter(`/upload ~/${name}`)
    await ann.shows('* /upload:')
    await until(() => why.test(ann.screen.replace(/\n[ │]+/g, '')), String(why))
    await until(() => !ann.screen.includes('sending'), 'the progress to go')
  })

  it('a server without uploads is told as one', async () => {
    const other = await startServer()
    const ann = await open(20, other.url)
    ann.enter('/upload ~/photo.png')
    await ann.shows('photo.png was not sent: This server takes no files')
    await ann.close()
    opened.pop()
    await other.close()
  })
})

describe('/open', () => {
  /** Puts an `xdg-open` that notes what it is asked to open before all others on the PATH. */
  async function withOpener(userId: number, end = '') {
    const folder = mkdtempSync(join(home, 'bin-'))
    const noted = join(folder, 'noted')
    writeFileSync(
      join(folder, 'xdg-open'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${noted}'\n${end}\n`,
    )
    chmodSync(join(folder, 'xdg-open'), 0o755)
    const ann = await open(userId, server.url, { PATH: `${folder}:${process.env.PATH}` })
    const notes = () => {
      try {
        return readFileSync(noted, 'utf8')
      } catch {
        return ''
      }
    }
    return { ann, notes }
  }

  it.runIf(process.platform === 'linux')(
    'a file of the server is opened by its address',
    async () => {
      const { ann, notes } = await withOpener(31)
      ann.enter('/upload ~/photo.png')
      await ann.shows('📎 image/png: uploads/')
      ann.enter('/open')
      await ann.shows('* opened http://127.0.0.1')
      await until(() => notes() !== '', 'the opener')
      expect(notes()).toMatch(
        new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/uploads/[0-9a-f]{32}\\.png\n$`),
      )
    },
  )

  it.runIf(process.platform === 'linux')(
    'what could not be opened is not told as opened',
    async () => {
      const { ann } = await withOpener(37, 'exit 3')
      ann.enter('/upload ~/photo.png')
      await ann.shows('📎 image/png: uploads/')
      ann.enter('/open')
      await ann.shows('/open: xdg-open ended with exit code 3')
      expect(ann.screen).toContain('* opening http')
      expect(ann.screen).not.toContain('* opened http')
    },
  )

  it.runIf(process.platform === 'linux')('of several files one is chosen', async () => {
    const { ann, notes } = await withOpener(33)
    const bob = await watch(34)
    const paths: string[] = []
    for (const name of ['one.png', 'two.png']) {
      const form = new FormData()
      form.append('file', new Blob([PNG as BlobPart]), name)
      const at = `http://127.0.0.1:${server.port}/uploads?userId=34`
      const answer = await fetch(at, { method: 'POST', body: form })
      paths.push(((await answer.json()) as { path: string }).path)
    }
    const file_paths = paths.join(', ')
    bob.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 34, content: 'Two', file_paths })
    await ann.shows(`📎 file: ${paths[1]}`)
    ann.enter('/open')
    await ann.shows('Files of message')
    ann.press('\x1b[B\r')
    await until(() => notes() !== '', 'the opener')
    expect(notes()).toContain(paths[1])
    expect(notes()).not.toContain(paths[0])
  })

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    '--version',
    'uploads/../../etc/passwd',
    '/etc/passwd',
  ])('%s of another user is not opened', async (file_paths) => {
    // The server refuses what claims to be an upload and is none, and its message never comes.
    const bob = await watch(36)
    const { ann, notes } = await withOpener(35)
    const content = `see ${file_paths}`
    bob.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 36, content, file_paths })
    if (file_paths.startsWith('uploads/')) {
      expect(await bob.next('ERROR')).toMatchObject({ code: 'NOT_FOUND' })
      return
    }
    await ann.shows(content)
    ann.enter('/open')
    await ann.shows('it is not opened')
    expect(notes()).toBe('')
  })
})
