import { afterEach, expect, test } from 'vitest'
import { Authenticator } from '../../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'
import { SECRET, signToken } from '../../support/tokens.ts'
import { until } from '../../support/until.ts'
import { WireClient } from '../../support/wire-client.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

const FRAME = /^🔍 WS: (in|out) +user (\d+) connection (\d+): (.*)$/

function framesOf({ lines }: TestServer) {
  return lines.flatMap((line) => {
    const [, direction, userId, connection, text] = line.match(FRAME) ?? []
    return direction === undefined ? [] : [{ direction, userId, connection, text: text! }]
  })
}

test('each client is shown exactly what it was sent and has sent', async () => {
  server = await startServer({ showsFrames: true })
  const clients = [
    await WireClient.connect(server.url, 1),
    await WireClient.connect(server.url, 2),
    await WireClient.connect(server.url, 2),
  ]
  const message = { type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: 'a', client_id: 'n' }
  clients[0]!.send(message)
  clients[1]!.send('{')
  await clients[0]!.next('ACK')
  await clients[1]!.next('ERROR')
  for (const client of clients) await client.next('MESSAGE')
  const shown = framesOf(server)
  for (const [i, client] of clients.entries()) {
    const own = shown.filter(({ connection }) => connection === String(i + 1))
    const sent = own.filter(({ direction }) => direction === 'out').map(({ text }) => text)
    expect(sent.slice(0, client.frames.length).map((text) => JSON.parse(text))).toEqual(
      client.frames,
    )
    const came = own.filter(({ direction }) => direction === 'in').map(({ text }) => text)
    expect(came).toEqual([[JSON.stringify(message)], ['{'], []][i])
  }
})

test('frames that stood in one packet with the token are shown, the token is not', async () => {
  const verify = createTokenVerifier({ secret: SECRET })
  const authenticator = new Authenticator(verify)
  server = await startServer({ showsFrames: true, security: { authenticator } })
  const token = await signToken('1')
  const client = new WireClient(`${server.url}?userId=1`)
  client.socket.on('open', () => {
    client.send({ type: 'AUTH', token })
    client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'early' })
    client.send({ type: 'AUTH', token })
  })
  await client.next('AUTHENTICATED')
  await until(() => server!.lines.some((line) => line.includes('"early"')), 'the frame to be shown')
  expect(framesOf(server).filter(({ direction }) => direction === 'in')).toHaveLength(2)
  expect(server.lines.join('\n')).not.toContain(token)
})
