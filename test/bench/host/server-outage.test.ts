import { expect, it } from 'vitest'
import type { OwnServer } from '../../../src/bench/host/own-server.ts'
import { ServerOutages } from '../../../src/bench/host/server-outage.ts'

const { signal } = new AbortController()
const chaos = { server: 'restart', downSeconds: 0, reconnectSeconds: 1 } as const

function serverWith(up: () => Promise<void>) {
  const calls: string[] = []
  const server: OwnServer = {
    url: 'ws://127.0.0.1:1',
    pid: 1,
    down: async (sent) => void calls.push(sent),
    up: async () => {
      calls.push('up')
      await up()
    },
    async *readLog() {},
  }
  return { server, calls }
}

it('stops a server and starts it again, one outage after the other', async () => {
  const { server, calls } = serverWith(async () => {})
  const outages = new ServerOutages(server, signal)
  outages.begin(chaos)
  outages.begin({ ...chaos, server: 'kill' })
  await outages.settle(60_000)
  expect(calls).toEqual(['SIGTERM', 'up', 'SIGKILL', 'up'])
  expect(outages.problems).toEqual([])
})

it('tells why a server did not start again', async () => {
  const { server } = serverWith(async () => {
    throw new Error('The server did not start: the port is taken')
  })
  const outages = new ServerOutages(server, signal)
  outages.begin(chaos)
  await outages.settle(60_000)
  expect(outages.problems).toEqual(['The server did not start: the port is taken'])
})

it('waits no longer than it may for a server that does not come back', async () => {
  const { server } = serverWith(() => new Promise(() => {}))
  const outages = new ServerOutages(server, signal)
  await outages.settle(60_000)
  outages.begin(chaos)
  await outages.settle(1)
  expect(outages.problems).toEqual(['the server was not back from its stop in time'])
})
