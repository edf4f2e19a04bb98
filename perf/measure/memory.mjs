import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'

const CONNECTIONS = 10_000
/** Connections made first, so that what any server loads, compiles and frees is not counted. */
const FIRST_CONNECTIONS = 2000
const COLLECT_TIMEOUT_MS = 10_000

/** Memory of the server for each connection that does nothing. */
export async function measureMemory(context) {
  const results = await alternate(['chatws', 'bare'], context, async (name) => {
    const run = await measureIdle(name, context)
    context.log(
      `  ${name}: ${run.residentKb.toFixed(2)} KB, ${run.heldKb.toFixed(2)} KB of objects`,
    )
    return run
  })
  const row = { unit: 'KB', own: results.chatws, peer: results.bare, peerLabel: 'bare ws' }
  const what = `an idle connection, ${CONNECTIONS.toLocaleString('en-US')} of them`
  return {
    title: 'Idle connections: memory after a garbage collection',
    rows: [
      createRow({
        ...row,
        what: `resident memory (VmRSS) of ${what}`,
        pick: (run) => run.residentKb,
        limit: { atMost: 1.2 },
      }),
      createRow({
        ...row,
        what: `objects and buffers of ${what}`,
        pick: (run) => run.heldKb,
        limit: { atMost: 1.2 },
      }),
    ],
  }
}

function measureIdle(name, { program }) {
  return withSession(name, program, async ({ server, generator }) => {
    await generator.connect(FIRST_CONNECTIONS)
    const before = await collect(server)
    const run = await generator.connect(CONNECTIONS, { timeoutS: 120 })
    const after = await collect(server)
    const grown = (pick) => (pick(after) - pick(before)) / 1024 / CONNECTIONS
    return {
      ...run,
      residentKb: grown(({ rss }) => rss),
      heldKb: grown(({ heapUsed, external }) => heapUsed + external),
    }
  })
}

/** The server's memory after garbage collections, once they free nothing more. */
async function collect(server) {
  const lines = createInterface({ input: server.child.stdout })
  let least
  let unchanged = 0
  for (let tries = 0; tries < 30 && unchanged < 4; tries++) {
    server.child.kill('SIGUSR2')
    const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(COLLECT_TIMEOUT_MS) })
    const memory = JSON.parse(line)
    unchanged = least && memory.rss > least.rss * 0.995 ? unchanged + 1 : 0
    if (!least || memory.rss < least.rss) least = memory
    // Pages are given back some time after a collection.
    await sleep(300)
  }
  lines.close()
  return least
}
