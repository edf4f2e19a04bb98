import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CORES, pinned } from '../rig/pin.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { createTempFolder, removeTempFolder } from '../rig/temp-folder.mjs'

const SENDERS = 10
/** Messages of one sender that may be on their way. */
const WINDOW = 200
const TARGET_PER_S = 20_000

const PRISMA_CREATE = fileURLToPath(new URL('../peers/prisma-create.mjs', import.meta.url))

/** Durable messages a second, beside storing each with a Prisma `create` of its own. */
export async function measureAcks(context) {
  const measures = { chatws: measureServer, prisma: measurePrisma }
  const results = await alternate(Object.keys(measures), context, async (name) => {
    const run = await measures[name](context)
    context.log(`  ${name}: ${Math.round(run.perS)} messages/s`)
    return run
  })
  const row = { unit: '/s', own: results.chatws, pick: (run) => run.perS }
  const what = `durable messages/s ACKed, SQLite, ${SENDERS} senders, pipelined`
  return {
    title: 'Accepting messages: stored in SQLite, then ACKed',
    rows: [
      createRow({ ...row, what, limit: { atLeast: TARGET_PER_S } }),
      createRow({ ...row, what, peer: results.prisma, peerLabel: 'Prisma create, one by one' }),
    ],
  }
}

function measureServer({ program, isShort }) {
  return withSession('chatws', program, async ({ generator }) => {
    await generator.connect(SENDERS)
    const run = await generator.acks({
      senders: SENDERS,
      window: WINDOW,
      seconds: isShort ? 3 : 6,
      warmupS: 2,
    })
    if (run.closed > 0 || run.errors > 0 || run.gaps > 0 || run.ackedInAll !== run.sent)
      throw new Error(`not every message was ACKed and delivered in order: ${JSON.stringify(run)}`)
    return { ...run, perS: run.ackedPerS }
  })
}

async function measurePrisma({ isShort }) {
  const folder = createTempFolder()
  try {
    const script = [PRISMA_CREATE, join(folder, 'perf.db'), isShort ? '3' : '6']
    const { stdout } = await promisify(execFile)(
      ...pinned(CORES.server, process.execPath, script),
      { timeout: 60_000 },
    )
    return { perS: JSON.parse(stdout).createdPerS, foreignShare: 0 }
  } finally {
    removeTempFolder(folder)
  }
}
