import { constants, statfsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { DoctorConfig } from '../config/doctor-config.ts'
import { readDescriptorLimit, socketsWithin } from '../server/limits/descriptors.ts'
import type { Database, DatabaseStatus } from '../storage/database.ts'
import { parseDatabaseUrl } from '../storage/database-url.ts'
import { describeBytes } from './byte-size.ts'
import { checkAuth, checkKeys } from './doctor-auth.ts'
import type { Finding } from './finding.ts'
import { usingOption } from './option-error.ts'

const OLDEST_NODE = [20, 19] as const

/** Descriptors with which a server takes fewer connections than one that grows will want. */
const FEW_DESCRIPTORS = 16_384

const MEBIBYTE = 1024 * 1024
const LITTLE_SPACE_BYTES = 1024 * MEBIBYTE
const NO_SPACE_BYTES = 64 * MEBIBYTE

/** How far two clocks may be apart. */
const CLOCK_TOLERANCE_MS = 2_000

const PROBE_TIMEOUT_MS = 2_000

/** Looks at everything that a server with this configuration needs, each in turn. */
export async function examine(config: Readonly<DoctorConfig>): Promise<Finding[]> {
  const database = usingOption('databaseUrl', () => parseDatabaseUrl(config.databaseUrl))
  return [
    checkNode(process.versions.node),
    ...(await checkDatabase(database)),
    ...(config.uploadFolder === undefined ? [] : [await checkUploads(config.uploadFolder)]),
    ...checkAuth(config),
    ...(config.jwksUrl === undefined ? [] : [await checkKeys(config.jwksUrl)]),
    await checkPort(config.host, config.port),
    checkDescriptors(readDescriptorLimit(), config.maxConnections),
  ]
}

/** Whether this Node is new enough. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = OLDEST_NODE
  const isEnough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
  const check = 'node'
  if (isEnough) return { check, result: 'ok', message: `Node ${version}` }
  return {
    ...{ check, result: 'failed', message: `Node ${version} is too old` },
    advice: `install Node ${OLDEST_NODE.join('.')} or later`,
  }
}

/** What there is to say of the database, and of what it stands on. */
async function checkDatabase(database: Database): Promise<Finding[]> {
  const { description } = database
  if (!database.isDurable) {
    const message = `${description} keeps nothing: every message is lost when the server stops`
    const advice = 'name a file or a PostgreSQL database with --database-url'
    return [{ check: 'database', result: 'warning', message, advice }]
  }
  const status = await database.readStatus().catch((error: Error) => error)
  return [
    checkAnswer(description, status),
    ...(status instanceof Error ? [] : [checkMigrations(status), checkClock(status, new Date())]),
    ...(database.folder === undefined ? [] : [checkSpace('space', database.folder)]),
  ]
}

function checkAnswer(where: string, status: DatabaseStatus | Error): Finding {
  const check = 'database'
  if (status instanceof Error)
    return {
      ...{ check, result: 'failed', message: `${where}: ${status.message}` },
      advice: 'see that it runs, that --database-url names it, and that its user may connect',
    }
  if (!status.exists)
    return { check, result: 'ok', message: `${where} is not there yet: the server will make it` }
  return { check, result: 'ok', message: `${where} answers in ${Math.ceil(status.answerMs)} ms` }
}

/** Whether the database is one that this version can use. */
export function checkMigrations({ exists, problem, pendingMigrations }: DatabaseStatus): Finding {
  const check = 'migrations'
  if (problem !== undefined) return { check, result: 'failed', message: problem }
  if (!exists) return { check, result: 'ok', message: 'the server applies all when it makes it' }
  if (pendingMigrations.length === 0) return { check, result: 'ok', message: 'up to date' }
  return {
    ...{ check, result: 'warning', message: `to come: ${pendingMigrations.join(', ')}` },
    advice: 'back the database up; the server applies them when it starts, "chatws db migrate" now',
  }
}

/** Whether the clock agrees with the database's, and with the messages that are stored. */
export function checkClock({ clock, newestAt }: DatabaseStatus, now: Date): Finding {
  const check = 'clock'
  const advice = 'set the clock, and keep it set: "timedatectl set-ntp true", chrony or ntpd'
  const aheadMs = newestAt ? newestAt.getTime() - now.getTime() : 0
  if (aheadMs > CLOCK_TOLERANCE_MS) {
    const message = `${now.toISOString()} is ${Math.round(aheadMs / 1000)} s before the newest message`
    return { check, result: 'failed', message, advice }
  }
  const apartMs = clock ? Math.abs(clock.getTime() - now.getTime()) : 0
  if (apartMs > CLOCK_TOLERANCE_MS) {
    const message = `${Math.round(apartMs / 1000)} s apart from the clock of the database`
    return { check, result: 'warning', message, advice }
  }
  const compared = newestAt || clock ? '' : ', with nothing to compare it with yet'
  return { check, result: 'ok', message: `${now.toISOString()}${compared}` }
}

function checkSpace(check: string, folder: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(folder)
    const freeBytes = bavail * bsize
    const message = `${describeBytes(freeBytes)} free in ${folder}`
    if (freeBytes >= LITTLE_SPACE_BYTES) return { check, result: 'ok', message }
    return {
      ...{ check, result: freeBytes < NO_SPACE_BYTES ? 'failed' : 'warning', message },
      advice: 'make room, or delete old messages: "chatws db prune"',
    }
  } catch (error) {
    const { message } = error as Error
    return { check, result: 'failed', message, advice: 'create the folder, or name another' }
  }
}

async function checkUploads(folder: string): Promise<Finding> {
  const check = 'uploads'
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return checkSpace(check, folder)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      return { check, result: 'ok', message: `${folder} is not there yet: the server will make it` }
    return {
      ...{ check, result: 'failed', message },
      advice: 'let the user that runs the server read and write there',
    }
  }
}

/** Whether the server could listen, or one already does. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const check = 'port'
  const problem = await tryListening(host, port)
  const free = port === 0 ? `${host} has a free port to pick` : `${host}:${port} is free`
  if (!problem) return { check, result: 'ok', message: free }
  if (problem.code !== 'EADDRINUSE')
    return {
      ...{ check, result: 'failed', message: problem.message },
      advice:
        problem.code === 'EACCES'
          ? 'choose a port above 1023, or give node the capability CAP_NET_BIND_SERVICE'
          : 'choose another address with --host, or another port with --port',
    }
  if (await isChatws(host, port))
    return { check, result: 'ok', message: `a chatws server answers at ${host}:${port}` }
  return {
    ...{ check, result: 'failed', message: `${host}:${port} is in use by something else` },
    advice: `stop it ("ss -ltnp 'sport = :${port}'" names it), or choose another port with --port`,
  }
}

function tryListening(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}

async function isChatws(host: string, port: number): Promise<boolean> {
  const name = host.includes(':') ? `[${host}]` : host
  const address = `http://${name.replace(/^(0\.0\.0\.0|\[::\])$/, 'localhost')}:${port}`
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
    const response = await fetch(`${address}/openapi.json`, { signal })
    const { info } = (await response.json()) as { info?: { title?: string } }
    return info?.title === 'chatws'
  } catch {
    return false
  }
}

/**
 * Whether the process may hold enough sockets.
 * @param wanted connections that the server is configured for; 0 where that is not said
 */
export function checkDescriptors(limit: number | undefined, wanted: number): Finding {
  const check = 'descriptors'
  if (limit === undefined)
    return { check, result: 'ok', message: 'the limit of this system is not known' }
  const message = `${limit} files and sockets may be open at once`
  const isEnough = wanted === 0 ? limit >= FEW_DESCRIPTORS : socketsWithin(limit) > wanted
  if (isEnough) return { check, result: 'ok', message }
  const needed = Math.max(65_536, 2 ** Math.ceil(Math.log2(wanted + 1_024)))
  const forWhat = wanted === 0 ? '' : `, too few for ${wanted} connections`
  return {
    ...{ check, result: 'warning', message: `only ${message}${forWhat}` },
    advice: `raise it: "ulimit -n ${needed}" in a shell, LimitNOFILE=${needed} in a systemd unit`,
  }
}
