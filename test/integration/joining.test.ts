import { afterEach, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

it('who comes into a chat is not sent the message before, where both are stored at once', async () => {
  server = await startServer({ access: 'members' })
  const owner = new WireClient(`${server.url}/?userId=1`)
  const newcomer = new WireClient(`${server.url}/?userId=2`)
  await Promise.all([owner.next('CONNECTION_ESTABLISHED'), newcomer.next('CONNECTION_ESTABLISHED')])
  owner.send({ type: 'CREATE_CHAT', client_id: 'chat' })
  const { id: chat_id } = await owner.next('ACK')
  const write = (content: string) =>
    owner.send({ type: 'NEW_MESSAGE', ...{ chat_id, sender_id: 1, content, client_id: content } })
  write('before')
  owner.send({ type: 'ADD_MEMBERS', ...{ chat_id, users: [2], client_id: 'add' } })
  write('after')
  const { payload } = await newcomer.next('MESSAGE')
  expect(payload.content).toBe('after')
  await owner.close()
  await newcomer.close()
})
