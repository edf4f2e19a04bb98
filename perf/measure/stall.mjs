import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { offer } from './sustained-rate.mjs'

const RECEIVERS = 500
/** Enough for the stalled receiver to fall behind by more than the server keeps. */
const MESSAGES_PER_S = 1500
const CONTENT_BYTES = 900

/** What the server may grow by more with a stalled receiver than without. */
const MEMORY_LIMIT_MB = 32

/** What one receiver that reads nothing does to the others and to the server's memory. */
export async function measureStall(context) {
  const seconds = context.isShort ? 8 : 25
  const measure = (variant) =>
    withSession(
      'chatws',
      context.program,
      async ({ generator }) => {
        await generator.connect(RECEIVERS)
        if (variant === 'stalled') await generator.stall()
        const run = await offer(generator, MESSAGES_PER_S, seconds, { warmupS: 3 })
        const { closed } = variant === 'stalled' ? await generator.wake() : { closed: 0 }
        const peakMb = run.peakRssKb / 1024
        context.log(`  ${variant}: p99 ${run.p99Ms} ms, server at most ${Math.round(peakMb)} MB`)
        return { ...run, peakMb, stalledClosed: closed }
      },
      { contentBytes: CONTENT_BYTES },
    )
  const results = await alternate(['stalled', 'without'], context, measure)
  const { stalled, without } = results
  const memory = createRow({
    what: 'most server memory during it',
    unit: 'MB',
    own: stalled,
    peer: without,
    peerLabel: 'without it',
    pick: (run) => run.peakMb,
    note: stalled.every((run) => run.stalledClosed === 1)
      ? 'it was cut off'
      : 'it was not cut off in each round',
  })
  const growthMb = memory.chatws.median - memory.peer.median
  return {
    title: `One receiver of ${RECEIVERS} reads nothing, ${MESSAGES_PER_S} messages/s for ${seconds} s`,
    rows: [
      createRow({
        what: 'p99 of the others',
        unit: 'ms',
        own: stalled,
        peer: without,
        peerLabel: 'without it',
        pick: (run) => run.p99Ms,
        limit: { atMost: 1.1 },
      }),
      {
        ...memory,
        isReached: Number.isNaN(growthMb) ? undefined : growthMb <= MEMORY_LIMIT_MB,
        limitText: `≤ ${MEMORY_LIMIT_MB} MB more`,
      },
    ],
  }
}
