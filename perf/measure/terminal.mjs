import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ForeignLoad } from '../rig/foreign-load.mjs'
import { alternate } from '../rig/rounds.mjs'
import { createRow } from '../rig/row.mjs'
import { startServer } from '../rig/server-process.mjs'
import { TerminalProcess } from '../rig/terminal-process.mjs'

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const SIZE = { columns: 120, rows: 40 }
const MESSAGES_PER_S = 200
const MANY_MESSAGES = 50_000
const MANY_PER_S = 2_500
const PASTE_BYTES = 1_000_000

/** What people write: ASCII for the most part, with wide characters and emoji. */
const TEXTS = [
  'Deploy of the billing service is through, watching the error rate for the next ten minutes',
  '了解しました。ログを確認してから折り返します 👍',
  'Can someone have a look at the queue? It grows since 14:05 and I do not see why 🤔',
  'The second replica was behind by 40 s; it has caught up now. 👩‍💻 is on it, no need to page anyone',
]

/** Label and command line of each client, at a URL. */
const CLIENTS = {
  chatws: (url) => [inRepository('bin/chatws.js'), 'connect', '--user', '1', '--url', url],
  ink: (url) => [inRepository('perf/peers/plain-ink.mjs'), url, '1'],
}

/** The terminal client under load, beside one written with ink alone. */
export async function measureTerminal(context) {
  const results = await alternate(['chatws', 'ink'], context, async (name) => {
    const run = await withTerminal(name, (terminal) => measureLoad(terminal, context))
    context.log(
      `  ${name}: ${run.fps.toFixed(1)} fps, ${(run.cpuShare * 100).toFixed(0)} % of a core, ` +
        `echo p95 ${run.echoP95Ms.toFixed(0)} ms, first frame ${run.firstFrameMs.toFixed(0)} ms`,
    )
    return run
  })
  const alone = await alternate(['chatws'], context, async () => {
    const run = await withTerminal('chatws', (terminal) => measureAlone(terminal, context))
    context.log(
      `  idle ${(run.idleShare * 100).toFixed(2)} %, ${messageCount(context)} messages +${run.grownMb.toFixed(1)} MB, ` +
        `second half ${run.secondHalfMb.toFixed(1)} MB, paste ${run.pasteMs.toFixed(0)} ms`,
    )
    return run
  })
  const load = (row, test) => withLimit({ own: results.chatws, peer: results.ink, ...row }, test)
  const own = (row) => createRow({ own: alone.chatws, ...row })
  return {
    title: `The terminal client at ${SIZE.columns}×${SIZE.rows}, ${MESSAGES_PER_S} messages/s`,
    rows: [
      load({ what: 'frames', unit: '/s', pick: (run) => run.fps }, { atLeast: 25 }),
      load({ what: 'CPU', unit: 'of a core', pick: (run) => run.cpuShare }, { atMost: 0.3 }),
      load(
        { what: 'echo of a key, p95', unit: 'ms', pick: (run) => run.echoP95Ms },
        { atMost: 50 },
      ),
      load({ what: 'first frame', unit: 'ms', pick: (run) => run.firstFrameMs }, { atMost: 700 }),
      own({
        what: 'CPU when idle',
        unit: 'of a core',
        pick: (run) => run.idleShare,
        limit: { atMost: 0.01 },
      }),
      own({
        what: `memory grown by ${messageCount(context)} messages`,
        unit: 'MB',
        pick: (run) => run.grownMb,
        limit: { atMost: 60 },
      }),
      own({ what: 'of that by the second half', unit: 'MB', pick: (run) => run.secondHalfMb }),
      own({
        what: `a paste of ${PASTE_BYTES / 1e6} MB, until it is shown`,
        unit: 'ms',
        pick: (run) => run.pasteMs,
        limit: { atMost: 300 },
      }),
    ],
  }
}

/** A row whose target is the figure itself, not its ratio to the peer's. */
function withLimit(row, { atLeast, atMost }) {
  const created = createRow({ ...row, peerLabel: 'plain ink' })
  const { median } = created.chatws
  const isReached = atLeast === undefined ? median <= atMost : median >= atLeast
  return {
    ...created,
    isReached: Number.isNaN(median) ? undefined : isReached,
    limitText: `${atLeast === undefined ? '≤' : '≥'} ${atLeast ?? atMost} ${row.unit}`,
  }
}

/** Runs `work` with a client in a terminal of its own, on a server of its own. */
async function withTerminal(name, work) {
  const server = await startServer('chatws')
  const url = `ws://127.0.0.1:${server.port}`
  const { createChatClient } = await import('../../dist/client/node.js')
  const writer = createChatClient({ url, userId: 2 })
  writer.connect()
  await until(() => writer.status.state === 'open')
  const terminal = new TerminalProcess([process.execPath, ...CLIENTS[name](url)], SIZE)
  try {
    await terminal.shows(' connected |')
    terminal.writer = writer
    const foreign = new ForeignLoad([terminal.pid, server.pid])
    const result = await work(terminal)
    return { ...result, foreignShare: foreign.share }
  } finally {
    writer.close()
    await terminal.stop()
    await server.stop()
  }
}

async function measureLoad(terminal, { isShort }) {
  const seconds = isShort ? 4 : 15
  await say(terminal.writer, 500, 1_000)
  await sleep(1_000)
  const before = terminal.sample()
  const frames = terminal.frames
  const startMs = performance.now()
  const said = say(terminal.writer, MESSAGES_PER_S * seconds, MESSAGES_PER_S)
  const echoes = await typeKeys(terminal, startMs + seconds * 1_000)
  const elapsedS = (performance.now() - startMs) / 1_000
  const after = terminal.sample()
  const result = {
    firstFrameMs: terminal.firstFrameMs,
    fps: (terminal.frames - frames) / elapsedS,
    cpuShare: (after.cpuS - before.cpuS) / elapsedS,
    echoP95Ms: percentile(echoes, 0.95),
  }
  await said
  return result
}

/** Types a key every 100 ms until `endMs`, and returns how long each took to be shown. */
async function typeKeys(terminal, endMs) {
  const echoes = []
  let text = ''
  while (performance.now() < endMs) {
    if (text.length === 20) {
      terminal.press('\x15')
      text = ''
      await sleep(200)
    }
    const letter = 'abcdefghij'[text.length % 10]
    text += letter
    terminal.press(letter)
    echoes.push(await terminal.shows(`> ${text}`))
    await sleep(100)
  }
  return echoes
}

async function measureAlone(terminal, { isShort }) {
  const idleS = isShort ? 3 : 20
  await sleep(2_000)
  const idleFrom = terminal.sample()
  await sleep(idleS * 1_000)
  const start = terminal.sample()
  const idleShare = (start.cpuS - idleFrom.cpuS) / idleS
  const count = messageCount({ isShort })
  await say(terminal.writer, count / 2, MANY_PER_S)
  await sleep(1_000)
  const middle = terminal.sample()
  await say(terminal.writer, count / 2, MANY_PER_S)
  await sleep(1_000)
  const end = terminal.sample()
  const shown = terminal.shows('the end of it')
  terminal.press(`\x1b[200~${'paste '.repeat(PASTE_BYTES / 6)}\nthe end of it\x1b[201~`)
  return {
    idleShare,
    grownMb: (end.rssKb - start.rssKb) / 1024,
    secondHalfMb: (end.rssKb - middle.rssKb) / 1024,
    pasteMs: await shown,
  }
}

function messageCount({ isShort }) {
  return isShort ? MANY_MESSAGES / 10 : MANY_MESSAGES
}

/** Sends messages at a rate; resolves once all are stored. */
async function say(client, count, perSecond) {
  const startMs = performance.now()
  const stored = []
  for (let sent = 0; sent < count; sent++) {
    const dueMs = startMs + (sent / perSecond) * 1_000
    if (dueMs > performance.now() + 1) await sleep(dueMs - performance.now())
    const content = `${sent} ${TEXTS[sent % TEXTS.length]}`
    stored.push(client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content }))
  }
  await Promise.all(stored)
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

async function until(condition) {
  const endMs = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > endMs) throw new Error('no connection to the server')
    await sleep(10)
  }
}
