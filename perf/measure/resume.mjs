import { alternate } from '../rig/rounds.mjs'
import { createMissingRow, createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'

const LIVE = 500
const LIVE_MESSAGES_PER_S = 50
const RESUME_LIMIT_S = 3
const P99_LIMIT_MS = 100
const PROBE_TIMEOUT_S = 3
const TIMEOUT_S = 60

/** Many clients come back at once, each having missed much, while others go on talking. */
export async function measureResume(context) {
  const clients = context.isShort ? 100 : 1000
  const missed = context.isShort ? 2000 : 10_000
  const title = `Resume: ${clients} clients that missed ${missed.toLocaleString('en-US')} messages each`
  const rows = [
    { what: 'until the last has all', unit: 's', limit: { atMost: RESUME_LIMIT_S } },
    { what: 'p99 of the others meanwhile', unit: 'ms', limit: { atMost: P99_LIMIT_MS } },
  ]
  if (!(await isSupported(context)))
    return { title, rows: rows.map((row) => createMissingRow({ ...row, note: 'not supported' })) }

  const { chatws } = await alternate(['chatws'], context, () =>
    withSession('chatws', context.program, async ({ generator }) => {
      const { epoch, offset } = await generator.connect(LIVE)
      await publish(generator, missed)
      const run = await generator.resume(clients, {
        offset,
        epoch,
        ratePerSecond: LIVE_MESSAGES_PER_S,
        timeoutS: TIMEOUT_S,
      })
      context.log(`  ${run.resumed} resumed in ${run.resumeS} s, p99 of the rest ${run.p99Ms} ms`)
      if (run.resumed < clients || run.replayed < clients * missed || run.gaps > 0)
        throw new Error(
          `${run.resumed} resumed, ${run.replayed} messages replayed, ${run.gaps} gaps`,
        )
      return run
    }),
  )
  const picks = [(run) => run.resumeS, (run) => run.p99Ms]
  return {
    title,
    rows: rows.map((row, i) => createRow({ ...row, own: chatws, pick: picks[i] })),
  }
}

/** Whether the server answers a resuming client at all. */
function isSupported({ program }) {
  return withSession('chatws', program, async ({ generator }) => {
    const { epoch, offset } = await generator.connect(2)
    await publish(generator, 10)
    const run = await generator.resume(1, {
      offset,
      epoch,
      ratePerSecond: 1,
      timeoutS: PROBE_TIMEOUT_S,
    })
    return run.resumed === 1
  })
}

function publish(generator, count) {
  return generator.acks({ senders: 10, window: 200, seconds: 60, warmupS: 0, limit: count })
}
