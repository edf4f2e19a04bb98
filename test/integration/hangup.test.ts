import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InTerminal, whyNoTerminal } from '../support/in-terminal.ts'
import { PROGRAM } from '../support/program.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { createFolder, ServeProcess } from './spawn-serve.ts'

const SMOKE = fileURLToPath(new URL('../../scenarios/smoke.json', import.meta.url))

let folder: ReturnType<typeof createFolder>
const terminals: InTerminal[] = []
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill()
  folder.remove()
})

function inTerminal(...args: string[]): InTerminal {
  const terminal = new InTerminal([process.execPath, PROGRAM, ...args])
  terminals.push(terminal)
  return terminal
}

async function serveInTerminal(): Promise<{ terminal: InTerminal; url: string }> {
  const terminal = inTerminal('serve', '--port', '0', '--database-url', join(folder.path, 'a.db'))
  await until(() => /ws:\/\/[\d.:]+/.test(terminal.output), 'the server to listen', 20_000)
  return { terminal, url: /ws:\/\/[\d.:]+/.exec(terminal.output)![0] }
}

test('without a terminal, as under nohup, SIGHUP does not end a server', async () => {
  const serve = await ServeProcess.start(join(folder.path, 'a.db'))
  try {
    serve.signal('SIGHUP')
    const client = await WireClient.connect(serve.url!, 1)
    serve.signal('SIGHUP')
    client.send({ type: 'PING', t: 1 })
    await client.next('PONG')
    serve.signal('SIGTERM')
    expect(await serve.ended).toBe(0)
    expect(serve.lines).not.toContain('🛑 WS: SIGHUP: stopping')
  } finally {
    await serve.kill()
  }
})

describe.skipIf(whyNoTerminal !== undefined)(`in a terminal ${whyNoTerminal ?? ''}`, () => {
  test('SIGHUP closes every client with 4000 and ends the server with 0', async () => {
    const { terminal, url } = await serveInTerminal()
    const clients = [await WireClient.connect(url, 1), await WireClient.connect(url, 2)]
    process.kill(terminal.pid, 'SIGHUP')
    for (const client of clients)
      expect(await client.closed).toEqual({
        code: 4000,
        reason: expect.stringMatching(/^Server draining; retry_after_ms=\d+$/),
      })
    expect(await terminal.ended).toBe('0')
    expect(terminal.output).toContain('🛑 WS: SIGHUP: stopping')
  })

  test('a server whose window is closed sends its clients away, and ends', async () => {
    const { terminal, url } = await serveInTerminal()
    const client = await WireClient.connect(url, 1)
    terminal.closeWindow()
    expect((await client.closed).code).toBe(4000)
    expect(await terminal.ended).toBe('129')
  })

  test.each([
    ['connect', ['connect', '--user', '5', '--url', 'ws://127.0.0.1:1'], /connect/],
    ['bench', ['bench', SMOKE], /Starting|smoke|phase/i],
  ])('%s ends quietly when its window is closed', async (_, args, ready) => {
    const terminal = inTerminal(...args)
    await until(() => ready.test(terminal.output), 'the command to be at it', 20_000)
    terminal.closeWindow()
    expect(await terminal.ended).toBe('129')
  })
})
