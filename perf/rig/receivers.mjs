import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fetchArtillery, writeStayingScript } from './artillery.mjs'
import { CORES, pinned } from './pin.mjs'
import { endProcess, keepTrackOf } from './process-table.mjs'
import { createTempFolder } from './temp-folder.mjs'

const inPerf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Longer than any measurement: the receivers are ended when it is over. */
const LONG_S = 600

const CONNECT_TIMEOUT_MS = 120_000

/** Processes that hold connections and read what comes: name → how one is started. */
const RECEIVERS = {
  chatws: startBench,
  ws: startWsClient,
  artillery: startArtillery,
}

/** Starts `count` receivers at a server and waits until they are connected. */
export async function startReceivers(name, server, count, log) {
  const receivers = RECEIVERS[name](`ws://127.0.0.1:${server.port}`, count, log)
  const deadline = performance.now() + CONNECT_TIMEOUT_MS
  while ((await serverStats(server)).connections < count) {
    if (performance.now() > deadline) throw new Error(`${name}: not every receiver could connect`)
    await sleep(100)
  }
  return receivers
}

/** What the server says of itself. */
export async function serverStats({ port }) {
  const response = await fetch(`http://127.0.0.1:${port}/stats`)
  return await response.json()
}

/** CPU seconds of all threads of a process so far. */
export function cpuSecondsOf(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const [runNs] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
    return sum + Number(runNs) / 1e9
  }, 0)
}

/** Resident memory of a process, in bytes. */
export function rssBytesOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) * 1024
}

function startBench(url, count) {
  const folder = createTempFolder()
  const scenario = join(folder, 'receive.json')
  const result = join(folder, 'result.json')
  const phases = [
    { name: 'ramp', durationSeconds: Math.max(1, count / 1000), users: count, load: 0 },
    { name: 'receive', durationSeconds: LONG_S },
  ]
  const users = { count, firstId: 20_001 }
  writeFileSync(scenario, JSON.stringify({ name: 'receive', users, phases, drainSeconds: 5 }))
  const args = [inPerf('../bin/chatws.js'), 'bench', scenario, '--url', url]
  const child = spawnPinned([...args, '--workers', '1', '--json', result])
  child.stdout.resume()
  return {
    pid: child.pid,
    /** Ends it; resolves to how many of the deliveries were wrong. */
    async finish() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await exited
      const { audit } = JSON.parse(readFileSync(result, 'utf8'))
      return audit.missing + audit.duplicate + audit.reordered + audit.corrupt
    },
    stop: () => endProcess(child),
  }
}

function startWsClient(url, count) {
  const child = spawnPinned([inPerf('peers/ws-client.mjs'), url, String(count)])
  createInterface({ input: child.stdout }).on('line', () => {})
  return { pid: child.pid, finish: async () => 0, stop: () => endProcess(child) }
}

function startArtillery(url, count, log) {
  const folder = createTempFolder()
  const program = fetchArtillery(log)
  const child = spawnPinned([program, 'run', writeStayingScript(folder, url, count)], {
    ARTILLERY_DISABLE_TELEMETRY: 'true',
    // Otherwise it starts one worker for each core, and a second one gains nothing on one core.
    WORKERS: '1',
  })
  child.stdout.resume()
  return { pid: child.pid, finish: async () => 0, stop: () => endProcess(child) }
}

function spawnPinned(args, env = {}) {
  const child = keepTrackOf(
    spawn(...pinned(CORES.generator, process.execPath, args), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    }),
  )
  child.stderr.resume()
  return child
}
