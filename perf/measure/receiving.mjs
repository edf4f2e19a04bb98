import { setTimeout as sleep } from 'node:timers/promises'
import { ForeignLoad } from '../rig/foreign-load.mjs'
import { median } from '../rig/median.mjs'
import { cpuSecondsOf, serverStats, startReceivers } from '../rig/receivers.mjs'
import { alternate, figures } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'

const RECEIVERS = 500
/**
 * How many messages the server gets at a time, and so writes to each receiver at a time; and how
 * many a second, which one core of `ws` clients that parse still keeps up with.
 */
const LOADS = [
  { burst: 1, perS: 100 },
  { burst: 10, perS: 500 },
  { burst: 50, perS: 1_000 },
]
/** Peer → how it receives, and how much cheaper it should be to receive with chatws. */
const PEERS = {
  ws: { label: '`ws` and JSON.parse, no audit', limit: { atLeast: 10 } },
  artillery: { label: 'Artillery, which reads and drops', limit: { atLeast: 20 } },
}
const SENDERS = 2

/** What it costs `chatws bench` to receive and audit, beside clients that only receive. */
export async function measureReceiving(context) {
  const rows = []
  for (const load of LOADS) rows.push(...(await measureLoad(context, load)))
  return { title: 'The load tester: deliveries received and audited', rows }
}

async function measureLoad(context, load) {
  const peers = Object.keys(PEERS)
  const results = await alternate(['chatws', ...peers], context, async (name) => {
    const run = await receive(name, load, context)
    context.log(
      `  ${name}: ${Math.round(run.perCpuS)} deliveries for a CPU-second, ` +
        `${run.perWrite.toFixed(1)} in a write`,
    )
    return run
  })
  return peers.map((peer) => {
    const perWrite = [results.chatws, results[peer]].map((runs) =>
      median(figures(runs, (run) => run.perWrite)).toFixed(1),
    )
    return createRow({
      what: `deliveries received for a generator CPU-second, ${RECEIVERS} receivers, ${load.perS} messages/s, ${load.burst} at a time`,
      unit: '/s',
      own: results.chatws,
      peer: results[peer],
      peerLabel: PEERS[peer].label,
      pick: (run) => run.perCpuS,
      limit: PEERS[peer].limit,
      note: `messages in a write: ${perWrite.join(' and ')}`,
    })
  })
}

/** The C generator sends; the receivers are in a process of their own, whose CPU counts. */
function receive(name, { burst, perS }, { program, isShort, log }) {
  return withSession('chatws', program, async ({ server, generator }) => {
    await generator.connect(SENDERS)
    const receivers = await startReceivers(name, server, RECEIVERS, log)
    try {
      const load = { seconds: isShort ? 3 : 8, senders: SENDERS, burst }
      // The first messages meet code that is not compiled yet.
      await generator.fanout(perS, { ...load, seconds: 3 })
      // The generator's own figure takes the receivers for foreign.
      const foreign = new ForeignLoad([server.pid, generator.pid, receivers.pid])
      const before = await readReceiving(receivers, server)
      const run = await generator.fanout(perS, load)
      await sleep(500)
      const after = await readReceiving(receivers, server)
      const foreignShare = foreign.share
      if (after.connections < RECEIVERS + SENDERS)
        throw new Error(`${name}: the server closed connections that were too slow`)
      const messages = after.messages - before.messages
      const wrong = await receivers.finish()
      if (wrong > 0) throw new Error(`${name}: ${wrong} deliveries were wrong`)
      const perCpuS = (messages * RECEIVERS) / (after.cpuS - before.cpuS)
      const perWrite = messages / (after.writes - before.writes)
      return { ...run, perCpuS, perWrite, foreignShare }
    } finally {
      await receivers.stop()
    }
  })
}

async function readReceiving(receivers, server) {
  const { connections, messagesStored } = await serverStats(server)
  const metrics = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  const [, writes] = /^chatws_fan_out_seconds_count (\d+)/m.exec(await metrics.text())
  return {
    cpuS: cpuSecondsOf(receivers.pid),
    connections,
    messages: messagesStored,
    writes: Number(writes),
  }
}
