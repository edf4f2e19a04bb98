import { afterEach, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { ServeProcess } from './spawn-serve.ts'

let serve: ServeProcess
afterEach(() => serve.kill())

it('a server on memory: says that it keeps nothing, and begins a new history each time', async () => {
  const epochs: string[] = []
  for (let i = 0; i < 2; i += 1) {
    serve = await ServeProcess.start('memory:')
    const client = await WireClient.connect(serve.url!, 1)
    client.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: 'a' })
    await client.next('MESSAGE')
    const other = await WireClient.connect(serve.url!, 2)
    const { epoch, offset } = await other.next('CONNECTION_ESTABLISHED')
    expect(offset).toBe(1)
    epochs.push(epoch)
    serve.signal('SIGTERM')
    expect(await serve.ended).toBe(0)
    await until(() => serve.stdout.includes('stopping'), 'its last line')
    expect(serve.stdout).toContain('memory: keeps nothing: every message is lost when')
  }
  expect(new Set(epochs).size).toBe(2)
})
