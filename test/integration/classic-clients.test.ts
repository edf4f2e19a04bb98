import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

/** The Python that has the module: the one on the path, or the system's. */
const python3 = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import websockets']).status === 0,
)

/** Why Python's client cannot be tried; undefined where CI requires it, so that it fails there. */
function whySkipped(): string | undefined {
  if (python3 !== undefined || process.env.CHATWS_REQUIRE_SERVICES === '1') return undefined
  return "python3 with the module 'websockets' is missing"
}

/** Speaks classic frames only: says hello, waits for an answer, prints all it got, leaves. */
const SCRIPT = `
import asyncio, json, sys, websockets

async def main():
    async with websockets.connect(sys.argv[1] + "?userId=456") as socket:
        frames = [json.loads(await socket.recv())]
        await socket.send(json.dumps({
            "type": "NEW_MESSAGE", "chat_id": 123, "sender_id": 456, "content": "Hello world!",
            "file_type": "image/png", "file_paths": "uploads/image.png"}))
        await socket.send(json.dumps({
            "type": "NEW_SUPPORT_MESSAGE", "support_chat_id": 123, "sender_id": 456,
            "content": "I need help!"}))
        while frames[-1].get("payload", {}).get("content") != "Grüße 👋":
            frames.append(json.loads(await socket.recv()))
        print(json.dumps(frames))

asyncio.run(asyncio.wait_for(main(), 20))
`

interface PythonFrame {
  type: string
  userId?: number
  payload?: Record<string, unknown>
}

const reason = whySkipped()

describe.skipIf(reason)(`Python's websockets${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let server: TestServer | undefined
  afterEach(() => server?.close())

  test('a client of classic frames sends and receives', async () => {
    server = await startServer()
    const other = await WireClient.connect(server.url, 7)
    const python = spawn(python3 ?? 'python3', ['-c', SCRIPT, server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    python.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const ended = once(python, 'close')
    try {
      expect((await other.next('USER_ONLINE')).userId).toBe(456)
      expect((await other.next('MESSAGE')).payload).toMatchObject({
        content: 'Hello world!',
        file_paths: 'uploads/image.png',
      })
      expect((await other.next('SUPPORT_MESSAGE')).payload.content).toBe('I need help!')
      other.send({ type: 'NEW_MESSAGE', chat_id: 123, sender_id: 7, content: 'Grüße 👋' })
      expect(await ended).toEqual([0, null])
    } finally {
      python.kill()
    }
    const frames: PythonFrame[] = JSON.parse(output)
    expect(frames.map((frame) => [frame.type, frame.payload?.sender_id ?? frame.userId])).toEqual([
      ['CONNECTION_ESTABLISHED', 456],
      ['MESSAGE', 456],
      ['SUPPORT_MESSAGE', 456],
      ['MESSAGE', 7],
    ])
    expect((await other.next('USER_OFFLINE')).userId).toBe(456)
  })
})
