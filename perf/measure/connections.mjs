import { setTimeout as sleep } from 'node:timers/promises'
import { rssBytesOf, startReceivers } from '../rig/receivers.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { startServer } from '../rig/server-process.mjs'

const IDLE = { first: 1_000, all: 8_000 }
/** Artillery starts some 100 users a second. */
const ARTILLERY_IDLE = { first: 1_000, all: 4_000 }
const GIB = 2 ** 30

/** How many connections `chatws bench` holds in a GiB, beside other clients. */
export async function measureConnections(context) {
  return { title: 'The load tester: connections', rows: await measureIdle(context) }
}

async function measureIdle(context) {
  const counts = { chatws: IDLE, ws: IDLE, artillery: ARTILLERY_IDLE }
  const results = await alternate(Object.keys(counts), context, async (name) => {
    const { first, all } = counts[name]
    const bytes = (await idleBytes(name, all, context)) - (await idleBytes(name, first, context))
    const perGib = GIB / (bytes / (all - first))
    context.log(`  ${name}: ${Math.round(perGib)} connections for a GiB`)
    return { perGib, foreignShare: 0 }
  })
  const row = (peer, rest) =>
    createRow({
      what: `connections for a GiB of generator memory, ${IDLE.all} of them`,
      unit: '',
      own: results.chatws,
      peer: results[peer],
      pick: (run) => run.perGib,
      ...rest,
    })
  return [
    row('ws', { peerLabel: '`ws`' }),
    row('artillery', {
      peerLabel: 'Artillery',
      limit: { atLeast: 5 },
      note: `Artillery with ${ARTILLERY_IDLE.all}`,
    }),
  ]
}

async function idleBytes(name, count, { log }) {
  const server = await startServer('chatws')
  try {
    const receivers = await startReceivers(name, server, count, log)
    await sleep(3_000)
    const bytes = rssBytesOf(receivers.pid)
    await receivers.stop()
    return bytes
  } finally {
    await server.stop()
  }
}
