import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WalkClient } from '../attack/walk-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
const clients: WalkClient[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await server.close()
})

async function connect(userId: number): Promise<WalkClient> {
  const client = await WalkClient.open(server.url, userId)
  clients.push(client)
  return client
}

/** What brings user 2, and user 3 after that, into a chat. */
const BRINGING = (own: number) => [
  { type: 'CREATE_CHAT', members: [3, 2] },
  { type: 'ADD_MEMBERS', chat_id: own, users: [3, 2] },
  { type: 'DIRECT', user: 2 },
]

const REFUSAL = {
  ...{ type: 'ERROR', code: 'FORBIDDEN' },
  message: 'User 2 cannot be added or written to by you',
}

describe('with --contact shared', () => {
  beforeEach(async () => {
    server = await startServer({ access: 'members', contact: 'shared', agents: [7] })
  })

  it('users add and write to those first whom they share a chat with', async () => {
    const [one, two, agent] = [await connect(1), await connect(2), await connect(7)]
    expect(await agent.ask({ type: 'CREATE_CHAT', members: [1, 3] })).toMatchObject({ type: 'ACK' })
    const own = (await one.ask({ type: 'CREATE_CHAT' })) as { id: number }
    for (const frame of BRINGING(own.id)) expect(await one.ask(frame)).toMatchObject(REFUSAL)
    await two.barrier()
    expect(JSON.stringify(two.take())).not.toContain('CHAT_CHANGED')
    // A chat that both have joined brings them together.
    const hall = (await agent.ask({ type: 'CREATE_CHAT', visibility: 'public' })) as { id: number }
    for (const client of [one, two])
      expect(await client.ask({ type: 'JOIN', chat_id: hall.id })).toMatchObject({ type: 'ACK' })
    for (const frame of BRINGING(own.id))
      expect(await one.ask(frame)).toMatchObject({ type: 'ACK' })
  })

  it('whoever has blocked one answers as one who shares no chat', async () => {
    const [one, two] = [await connect(1), await connect(2)]
    const hall = (await one.ask({ type: 'CREATE_CHAT', visibility: 'public' })) as { id: number }
    await two.ask({ type: 'JOIN', chat_id: hall.id })
    await two.ask({ type: 'BLOCK', user: 1 })
    expect(await one.ask({ type: 'DIRECT', user: 2 })).toMatchObject(REFUSAL)
  })
})

it('without it, anyone adds and writes to anyone who has not blocked the one', async () => {
  server = await startServer({ access: 'members' })
  const one = await connect(1)
  const own = (await one.ask({ type: 'CREATE_CHAT' })) as { id: number }
  for (const frame of BRINGING(own.id)) expect(await one.ask(frame)).toMatchObject({ type: 'ACK' })
})
