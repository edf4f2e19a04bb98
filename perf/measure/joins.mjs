import { CONTENDERS } from '../rig/contenders.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'

/** Server CPU when many users connect at once and each is told of all the others. */
export async function measureJoins(context) {
  return {
    title: 'Join storms: all users connect at once, and each hears of every other',
    rows: [
      await measureStorm(2000, 'naive', { atMost: 1 / 15 }, context),
      await measureStorm(5000, 'bare', { atMost: 3 }, context),
    ],
  }
}

async function measureStorm(users, peer, limit, context) {
  const results = await alternate(['chatws', peer], context, (name) =>
    withSession(name, context.program, async ({ generator }) => {
      // Whoever knows no presence is done when all are connected.
      const run = name === 'bare' ? await generator.connect(users) : await generator.storm(users)
      context.log(`  ${name}: ${users} users, ${run.serverCpuS.toFixed(2)} s of CPU`)
      const isWhole = name === 'bare' || run.seen === users * users
      if (!isWhole)
        throw new Error(`the users heard of ${run.seen} others instead of ${users * users}`)
      return run
    }),
  )
  const worst = Math.max(...results.chatws.map((run) => run.toldS ?? 0))
  return createRow({
    what: `server CPU, ${users.toLocaleString('en-US')} users join`,
    unit: 's',
    own: results.chatws,
    peer: results[peer],
    peerLabel: peer === 'bare' ? 'bare ws, handshakes alone' : CONTENDERS[peer].label,
    pick: (run) => run.serverCpuS,
    limit,
    note: `all had heard of all after ${worst.toFixed(1)} s`,
  })
}
