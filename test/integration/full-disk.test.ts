import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

const folder = createFolder()
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' })

/** Why no small disk can be had here. */
function whyNot(): string | undefined {
  try {
    mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder.path)
    execFileSync('umount', [folder.path])
    return undefined
  } catch {
    return 'only root may mount a file system'
  }
}
const reason = whyNot()
afterAll(() => folder.remove())

describe.skipIf(reason)(`a full disk${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let disk: string
  let serve: ServeProcess | undefined
  beforeEach(() => {
    disk = folder.path
    mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk)
  })
  afterEach(async () => {
    await serve?.kill()
    serve = undefined
    // At once for everybody else, whatever this process still has open there.
    execFileSync('umount', ['--lazy', disk])
  })

  const filler = () => join(disk, 'filler')
  /** Leaves no room, as whatever else writes there. */
  const fill = () => {
    for (const size of [1_000_000, 100_000, 4_096])
      for (let i = 0; ; i += 1)
        try {
          writeFileSync(`${filler()}-${size}-${i}`, Buffer.alloc(size, 1))
        } catch {
          break
        }
  }
  const makeRoom = () => {
    for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name))
  }
  const http = (path: string, init?: RequestInit) =>
    fetch(serve!.url!.replace('ws', 'http') + path, init)

  async function say(client: WireClient, client_id: string): Promise<string> {
    const content = 'x'.repeat(60_000)
    client.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content, client_id })
    const answer = () =>
      client.frames.find(
        (frame) =>
          (frame.type === 'ACK' && frame.client_id === client_id) ||
          (frame.type === 'ERROR' && frame.ref === client_id),
      )
    await until(() => answer() !== undefined, `an answer to ${client_id}`, 20_000)
    return answer()!.type
  }

  it('is told by readiness, metric and log until there is room again', async () => {
    serve = await ServeProcess.start(join(disk, 'chat.db'))
    const client = await WireClient.connect(serve.url!, 1)
    expect(await say(client, 'before')).toBe('ACK')
    fill()
    let last = 'ACK'
    for (let i = 0; i < 40 && last === 'ACK'; i += 1) last = await say(client, `n${i}`)
    expect(last).toBe('ERROR')
    expect((await http('/readyz')).status).toBe(503)
    expect(await (await http('/metrics')).text()).toMatch(/^chatws_database_up 0$/m)
    expect(serve.stdout).toMatch(/messages were not stored: .*database or disk is full/)
    makeRoom()
    expect((await http('/readyz')).status).toBe(200)
    expect(await say(client, 'after')).toBe('ACK')
  })

  it('is no fault of who uploads a file', async () => {
    const uploads = join(disk, 'uploads')
    mkdirSync(uploads)
    serve = await ServeProcess.start('memory:', ['--upload-folder', uploads])
    fill()
    const form = new FormData()
    form.append('file', new Blob([`text ${'x'.repeat(100_000)}`]), 'a.txt')
    const response = await http('/uploads?userId=1', { method: 'POST', body: form })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(readdirSync(uploads)).toEqual([])
    await until(() => /The file cannot be kept now: ENOSPC/.test(serve!.stdout), 'its log line')
  })

  it('leaves no file of a copy that fails', async () => {
    const path = join(disk, 'chat.db')
    serve = await ServeProcess.start(path)
    const client = await WireClient.connect(serve.url!, 1)
    for (let i = 0; i < 8; i += 1) expect(await say(client, `${i}`)).toBe('ACK')
    fill()
    const names = readdirSync(disk)
    const run = async (...argv: string[]) => {
      const fake = createFakeHost()
      const exitCode = await main(['db', ...argv, '--database-url', path], fake.host)
      return { exitCode, stderr: fake.stderr() }
    }
    expect(await run('backup', join(disk, 'copy.db'))).toMatchObject({
      ...{ exitCode: 1, stderr: expect.stringMatching(/cannot be copied: .*disk is full/) },
    })
    expect(readdirSync(disk)).toEqual(names)
  })
})
