import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSqlite } from '../../dist/storage/sqlite/open.js'
import { ask, startPinned } from '../rig/pinned-script.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { withSession } from '../rig/session.mjs'
import { createTempFolder, removeTempFolder } from '../rig/temp-folder.mjs'
import { offer } from './sustained-rate.mjs'

const PAGER = fileURLToPath(new URL('../rig/history-pager.mjs', import.meta.url))

const RECEIVERS = 500
const MESSAGES_PER_S = 100
/** Every fifth message is in the chat that is paged through; the rest is spread over the others. */
const PAGED_CHAT = 1
const CHATS = 200
const SENDERS = 1000
const SEED_BATCH = 1000
const RESUMING = 20
const P99_LIMIT_MS = 100
const TIMEOUT_S = 60

/** What reading far back in a large log does to those who only listen. */
export async function measureHistory(context) {
  const stored = context.isShort ? 100_000 : 1_000_000
  const missed = stored / 10
  const folder = createTempFolder()
  try {
    await seed(join(folder, 'perf.db'), stored, context)
    const { chatws } = await alternate(['chatws'], context, () =>
      measureOnce({ folder, missed, pagedMessages: stored / 5 }, context),
    )
    return {
      title: `A log of ${count(stored)} messages: ${RECEIVERS} receivers get ${MESSAGES_PER_S} messages/s meanwhile`,
      rows: rowsOf(chatws, { stored, missed }),
    }
  } finally {
    removeTempFolder(folder)
  }
}

function rowsOf(own, { stored, missed }) {
  const pausing = { unit: 'ms', own, limit: { atMost: P99_LIMIT_MS } }
  const paging = `one client pages through a chat of ${count(stored / 5)}`
  const resuming = `${RESUMING} clients resume, ${count(missed)} messages behind`
  return [
    createRow({ what: 'p99 of the live messages alone', unit: 'ms', own, pick: (r) => r.aloneMs }),
    createRow({ ...pausing, what: `p99 while ${paging}`, pick: (r) => r.pagingMs }),
    createRow({
      what: 'pages of up to 1,000 messages it gets',
      unit: '/s',
      own,
      pick: (r) => r.pagesPerS,
    }),
    createRow({ ...pausing, what: `p99 while ${resuming}`, pick: (r) => r.resumingMs }),
    createRow({ what: 'until the last of them has all', unit: 's', own, pick: (r) => r.resumeS }),
  ]
}

/** Stores messages as the server would, in batches. */
async function seed(path, total, { log }) {
  const startMs = performance.now()
  const store = await openSqlite(path, 'process')
  for (let first = 0; first < total; first += SEED_BATCH) {
    const entries = Array.from({ length: SEED_BATCH }, (_, i) => seededMessage(first + i))
    await store.append(entries, new Date().toISOString())
  }
  await store.close()
  log(`stored ${total} messages in ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
}

function seededMessage(i) {
  return {
    type: 'message',
    kind: 'chat',
    chatId: i % 5 === 0 ? PAGED_CHAT : 2 + (i % CHATS),
    senderId: 1 + (i % SENDERS),
    content: `message ${i}: the quick brown fox jumps over the lazy dog`,
    isFromAgent: false,
  }
}

function measureOnce({ folder, missed, pagedMessages }, { program, isShort, log }) {
  const seconds = isShort ? 3 : 8
  const live = (generator, warmupS) => offer(generator, MESSAGES_PER_S, seconds, { warmupS })
  const work = async ({ server, generator }) => {
    await generator.connect(RECEIVERS)
    const alone = await live(generator, 3)

    const pager = startPinned(PAGER, [server.port, PAGED_CHAT])
    const paging = await live(generator, 1)
    const paged = await ask(pager, 'stop')

    // Told anew, because the live messages came on top.
    const { epoch, offset } = await generator.connect(1)
    const resuming = await generator.resume(RESUMING, {
      offset: offset - missed,
      epoch,
      ratePerSecond: MESSAGES_PER_S,
      timeoutS: TIMEOUT_S,
    })
    const run = {
      aloneMs: alone.p99Ms,
      pagingMs: paging.p99Ms,
      pagesPerS: paged.pagesPerS,
      resumingMs: resuming.p99Ms,
      resumeS: resuming.resumeS,
      foreignShare: Math.max(alone.foreignShare, resuming.foreignShare),
    }
    log(`  ${JSON.stringify({ ...run, ...paged })}`)
    check({ alone, paging, resuming, paged }, { missed, pagedMessages })
    return run
  }
  return withSession('chatws', program, work, { folder })
}

/** Throws unless everything arrived that was asked for. */
function check({ alone, paging, resuming, paged }, { missed, pagedMessages }) {
  if (paged.error) throw new Error(`paging: ${paged.error}`)
  if (paged.wholePasses < 1 || paged.messagesInPass < pagedMessages)
    throw new Error(`only ${paged.messagesInPass} messages were paged through`)
  if (resuming.resumed < RESUMING || resuming.replayed < RESUMING * missed)
    throw new Error(`${resuming.resumed} resumed, ${resuming.replayed} messages replayed`)
  for (const run of [alone, paging, resuming])
    if (run.gaps > 0 || run.errors > 0 || run.closed > 0)
      throw new Error(`${run.gaps} gaps, ${run.errors} errors, ${run.closed} closed`)
}

function count(number) {
  return number.toLocaleString('en-US')
}
