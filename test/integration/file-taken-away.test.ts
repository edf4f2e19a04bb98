import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

let folder: ReturnType<typeof createFolder>
let path: string
let serve: ServeProcess
let client: WireClient
beforeEach(async () => {
  folder = createFolder()
  path = join(folder.path, 'chat.db')
  serve = await ServeProcess.start(path)
  client = await WireClient.connect(serve.url!, 1)
  await say('a')
})
afterEach(async () => {
  await serve.kill()
  folder.remove()
})

/** Sends a message and resolves to how it was answered. */
async function say(client_id: string): Promise<string> {
  client.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: 'a', client_id })
  const answer = () =>
    client.frames.find(
      (frame) =>
        (frame.type === 'ACK' && frame.client_id === client_id) ||
        (frame.type === 'ERROR' && frame.ref === client_id),
    )
  await until(() => answer() !== undefined, `an answer to ${client_id}`, 20_000)
  return answer()!.type
}

const readiness = async () =>
  (await fetch(`${serve.url!.replace('ws', 'http')}/readyz`).catch(() => ({ status: 0 }))).status

it('a server whose database was deleted ACKs nothing, and ends with the reason', async () => {
  for (const ending of ['', '-wal', '-shm']) if (existsSync(path + ending)) rmSync(path + ending)
  expect([503, 0]).toContain(await readiness())
  expect(await serve.ended).toBe(1)
  expect(client.frames.filter(({ type }) => type === 'ACK')).toHaveLength(1)
  expect(serve.stdout + serve.stderr).toMatch(/The database is gone: .*chat\.db was deleted/)
})

it('a server whose database was moved is not ready until it is back', async () => {
  renameSync(path, `${path}.away`)
  expect(await readiness()).toBe(503)
  renameSync(`${path}.away`, path)
  expect(await readiness()).toBe(200)
  expect(await say('b')).toBe('ACK')
  serve.signal('SIGTERM')
  expect(await serve.ended).toBe(0)
})
