import { setTimeout as sleep } from 'node:timers/promises'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'

const CONNECTIONS = 10_000
/** Connections made first, so that what any server loads, compiles and frees is not counted. */
const FIRST_CONNECTIONS = 2000

/** Memory of the server for each connection that does nothing. */
export async function measureMemory(context) {
  const results = await alternate(['chatws', 'bare'], context, async (name) => {
    const run = await measureIdle(name, context)
    context.log(`  ${name}: ${run.keptKb.toFixed(2)} KB, ${run.rawKb.toFixed(2)} KB uncollected`)
    return run
  })
  const row = { unit: 'KB', own: results.chatws, peer: results.bare, peerLabel: 'bare ws' }
  const what = `memory of an idle connection, ${CONNECTIONS.toLocaleString('en-US')} of them`
  return {
    title: 'Idle connections: resident memory (VmRSS)',
    rows: [
      createRow({ ...row, what, pick: (run) => run.keptKb, limit: { atMost: 1.2 } }),
      createRow({ ...row, what: `${what}, garbage not collected`, pick: (run) => run.rawKb }),
    ],
  }
}

function measureIdle(name, { program }) {
  return withSession(name, program, async ({ server, generator }) => {
    await generator.connect(FIRST_CONNECTIONS)
    const before = await collectedKb(server, generator)
    const run = await generator.connect(CONNECTIONS, { timeoutS: 120 })
    const { rssKb } = await generator.sample()
    const after = await collectedKb(server, generator)
    const perConnection = (kb) => (kb - before) / CONNECTIONS
    return { ...run, rawKb: perConnection(rssKb), keptKb: perConnection(after) }
  })
}

/** Resident memory after garbage collections, once they free nothing more. */
async function collectedKb(server, generator) {
  let leastKb = Number.POSITIVE_INFINITY
  let unchanged = 0
  for (let tries = 0; tries < 30 && unchanged < 4; tries++) {
    server.child.kill('SIGUSR2')
    await sleep(500)
    const { rssKb } = await generator.sample()
    unchanged = rssKb > leastKb * 0.995 ? unchanged + 1 : 0
    leastKb = Math.min(leastKb, rssKb)
  }
  return leastKb
}
