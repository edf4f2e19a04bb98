import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { compareCounters, readServerCounters } from '../../../src/bench/probe/server-counters.ts'
import type { TeardownStep } from '../../../src/bench/run/teardown-budget.ts'

/** A server that tells one body after the other, and then the last one again and again. */
async function serverThatTells(...bodies: object[]): Promise<string> {
  let asked = 0
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(bodies[Math.min(asked++, bodies.length - 1)]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const before = { messagesStored: 5, connections: 0 }
const ask = { clients: { acknowledged: 10, sent: 11, open: 3 }, budget: { leftMs: () => 10_000 } }

it('finds nothing where both sides count the same, if not at once', async () => {
  const late = { messagesStored: 15, connections: 4 }
  const url = await serverThatTells(late, { messagesStored: 15, connections: 3 })
  expect(await compareCounters(url, before, ask)).toEqual([])
})

it('tells what a server counts otherwise than its clients', async () => {
  const url = await serverThatTells({ messagesStored: 14, connections: 4 })
  expect(await compareCounters(url, before, ask)).toEqual([
    'the server counts 9 messages stored, its clients 10 acknowledged of 11',
    'the server counts 4 connections, its clients 3',
  ])
})

it('asks once, and not again, when the time is up', async () => {
  const url = await serverThatTells({ messagesStored: 15, connections: 4 })
  const budget = { leftMs: (step: TeardownStep) => (step === 'counters' ? 0 : 10_000) }
  expect(await compareCounters(url, before, { ...ask, budget })).toEqual([
    'the server counts 4 connections, its clients 3',
  ])
})

it('tells what a server told last, if that tells nothing any more', async () => {
  const last = await serverThatTells({ messagesStored: 15, connections: 4 }, {})
  expect(await compareCounters(last, before, ask)).toEqual([
    'the server counts 4 connections, its clients 3',
  ])
  expect(await compareCounters(await serverThatTells({}), before, ask)).toEqual([
    'the server told no counters at the end, although it did at the start',
  ])
})

it('does without a server that tells nothing of the kind', async () => {
  expect(await readServerCounters(await serverThatTells({ messagesStored: 1 }))).toBeUndefined()
  expect(await readServerCounters('ws://127.0.0.1:1')).toBeUndefined()
})
