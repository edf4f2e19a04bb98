import { spawn } from 'node:child_process'
import { CONTENDERS } from './contenders.mjs'
import { CORES, pinned } from './pin.mjs'
import { endProcess, keepTrackOf } from './process-table.mjs'
import { createTempFolder, removeTempFolder } from './temp-folder.mjs'

const START_TIMEOUT_MS = 20_000

/**
 * Starts a contender on a free port, pinned to the server's core; the caller stops it.
 * @param ownFolder where it keeps its data; without one, in a folder that is removed with it
 */
export async function startServer(name, ownFolder) {
  const { protocol, command, portIn = portInMessage } = CONTENDERS[name]
  const folder = ownFolder ?? createTempFolder()
  const child = keepTrackOf(
    spawn(...pinned(CORES.server, ...command(folder)), {
      stdio: ['ignore', 'pipe', 'pipe', ...(protocol === 'chatws' ? ['ipc'] : [])],
      cwd: folder,
    }),
  )
  const stop = async () => {
    await endProcess(child)
    if (!ownFolder) removeTempFolder(folder)
  }
  try {
    const port = await untilListening(child, portIn)
    return { name, protocol, port, pid: child.pid, child, stop }
  } catch (error) {
    await stop()
    throw new Error(`${CONTENDERS[name].label} did not start: ${error.message}`)
  }
}

function untilListening(child, portIn) {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => reject(new Error(`silent: ${output}`)), START_TIMEOUT_MS)
    const finish = (settle, value) => {
      clearTimeout(timer)
      settle(value)
    }
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        // What comes after the start is read, so that the pipe never fills, and dropped.
        if (output.length < 65_536) output += chunk
        const port = portIn(output)
        if (port !== undefined) finish(resolve, port)
      })
    child.on('message', ({ event, url }) => {
      if (event === 'listening') finish(resolve, Number(new URL(url).port))
    })
    child.once('error', (error) => finish(reject, error))
    child.once('exit', () => finish(reject, new Error(output.trim() || 'it said nothing')))
  })
}

function portInMessage(output) {
  const port = output.match(/"event":"listening","port":(\d+)/)?.[1]
  return port === undefined ? undefined : Number(port)
}
