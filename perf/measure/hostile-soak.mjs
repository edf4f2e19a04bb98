import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { GoodClients } from '../rig/good-clients.mjs'
import { KINDS } from '../rig/hostile-kinds.mjs'
import { endProcess, keepTrackOf } from '../rig/process-table.mjs'
import { flatnessOf } from '../rig/slope.mjs'
import { createTempFolder } from '../rig/temp-folder.mjs'

const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))
const HOSTILE = fileURLToPath(new URL('../rig/hostile-clients.mjs', import.meta.url))

const CLIENTS = 10
const MESSAGES_PER_CLIENT = 2
/** The share of the run without anyone hostile. */
const QUIET_SHARE = 0.2
/** The share of each phase whose latencies are not judged: code is compiled, caches fill. */
const WARMUP_SHARE = 0.1
const MAX_SLICE_S = 10
/** How long the short form waits for everyone to be cut off who is to be. */
const SHORT_LIMIT_S = 120
/** How much longer 99 % of the deliveries may take beside hostile clients. */
const MAX_RATIO = 2

/**
 * Has good clients chat alone, and then beside hostile ones, and says what that did to them and to the
 * server's memory. Returns whether nothing was lost and everyone who was to be cut off was; unless it
 * `isShort`, also whether memory was flat and the latency within its bound.
 */
export async function soakWithHostile({ minutes, isShort, only, log }) {
  const database = join(createTempFolder(), 'soak.db')
  const args = ['serve', '--port', '0', '--database-url', database, '--log-level', 'error']
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc']
  const server = keepTrackOf(spawn(process.execPath, [PROGRAM, ...args], { stdio }))
  try {
    const [{ url }] = await once(server, 'message')
    const good = await GoodClients.connect(url, CLIENTS)
    good.start(MESSAGES_PER_CLIENT)
    const seconds = minutes * 60
    const watch = { server, good, log, sliceS: Math.min(MAX_SLICE_S, seconds / 20) }
    const quiet = await runPhase('quiet', seconds * QUIET_SHARE, watch)
    const child = keepTrackOf(fork(HOSTILE, [new URL(url).port, good.epoch, only]))
    // The short form takes as long as the machine needs.
    const isOver = async () => isShort && spared(await ask(child, 'tell')).length === 0
    const hostileS = isShort ? SHORT_LIMIT_S : seconds * (1 - QUIET_SHARE)
    const hostile = await runPhase('hostile', hostileS, watch, isOver)
    const outcomes = await ask(child, 'stop')
    await good.finish()
    return judge({ quiet, hostile, outcomes, good, isShort, minutes })
  } finally {
    await endProcess(server)
  }
}

async function ask(child, what) {
  child.send(what)
  const [outcomes] = await once(child, 'message')
  return outcomes
}

/** Watches for some seconds: the memory, slice by slice, and all latencies after the warm-up. */
async function runPhase(name, seconds, { server, good, log, sliceS }, isOver = () => false) {
  const points = []
  const latencies = []
  good.takeLatencies()
  for (let atS = sliceS; atS <= seconds + 0.001; atS += sliceS) {
    await sleep(sliceS * 1_000)
    const slice = good.takeLatencies()
    const rssMb = rssMbOf(server.pid)
    points.push([atS, rssMb])
    if (atS > seconds * WARMUP_SHARE) latencies.push(...slice)
    log(`${name}, ${atS.toFixed(0)} s: ${rssMb.toFixed(1)} MB, ${describe(slice)}`)
    if (await isOver()) break
  }
  return { points, latencies: latencies.sort((a, b) => a - b) }
}

function judge({ quiet, hostile, outcomes, good, isShort, minutes }) {
  const ratio = at(hostile.latencies, 0.99) / at(quiet.latencies, 0.99)
  const { isFlat, text } = flatnessOf(hostile.points)
  const isLossless = good.missing === 0 && good.wrong === 0 && good.closed === 0

  console.log(`${minutes.toFixed(1)} minutes, ${CLIENTS} good clients, ${good.sent} messages\n`)
  for (const [name, counts] of Object.entries(outcomes)) {
    const shown = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`)
    console.log(`${name}: ${shown.join(', ') || 'not ended yet'}`)
  }
  console.log(
    `\nquiet: ${describe(quiet.latencies)}\nhostile: ${describe(hostile.latencies)}, ` +
      `${ratio.toFixed(2)} × the quiet p99 (at most ${MAX_RATIO})\nmemory: ${text}`,
  )
  console.log(
    `good clients: ${good.missing} deliveries missing, ${good.wrong} wrong, ${good.closed} closed`,
  )
  const notEnded = spared(outcomes)
  if (notEnded.length > 0) console.log(`not always cut off: ${notEnded.join(', ')}`)
  const isWell = isLossless && notEnded.length === 0
  const isSound = isWell && (isShort || (isFlat && ratio <= MAX_RATIO))
  console.log(isSound ? 'well' : 'not well')
  return isSound
}

/** The kinds that the server ought to end, and did not at all, or not every time. */
function spared(outcomes) {
  return Object.keys(outcomes).filter((name) => {
    const ends = Object.keys(outcomes[name])
    return KINDS[name].isEnded && (ends.length === 0 || ends.includes('left'))
  })
}

function rssMbOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024
}

function describe(sorted) {
  return `p50 ${at(sorted, 0.5).toFixed(1)} ms, p99 ${at(sorted, 0.99).toFixed(1)} ms`
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
