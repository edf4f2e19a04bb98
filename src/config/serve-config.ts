import { z } from 'zod'
import { DEFAULT_PORT } from '../protocol/limits.ts'
import { accessOptions, findAccessContradictions } from './access-options.ts'
import { authOptions, findAuthContradictions } from './auth-options.ts'
import { withoutContradictions } from './contradictions.ts'
import { id } from './id-option.ts'
import { limitOptions } from './limit-options.ts'
import { list, numeric, option } from './option.ts'
import { retentionOptions } from './retention-options.ts'
import { uploadOptions } from './upload-options.ts'
import { findWebContradictions, webOptions } from './web-options.ts'

/** The longest interval a timer can hold, in seconds. */
const MAX_TIMER_S = 2 ** 31 / 1000 - 1

/** What an acknowledged message survives: the death of the process, or a power cut too. */
const DURABILITIES = ['process', 'full'] as const

/** How much is logged, from all to nothing; `debug` shows the frames of every connection. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const seconds = () =>
  numeric(
    z
      .number('must be a number of seconds')
      .min(0.1, 'must be at least 0.1')
      .max(MAX_TIMER_S, 'is too long'),
  )

const options = z.object({
  port: option(
    numeric(
      z
        .int('must be a port number')
        .min(0, 'must be a port number')
        .max(65535, 'must be a port number'),
    ).default(DEFAULT_PORT),
    {
      flag: '--port <number>',
      env: 'CHATWS_PORT',
      description: 'port to listen on; 0 picks a free one and prints it',
    },
  ),
  host: option(z.string().default('127.0.0.1'), {
    flag: '--host <address>',
    env: 'CHATWS_HOST',
    description: 'address to listen on',
  }),
  ...authOptions,
  ...accessOptions,
  ...limitOptions,
  databaseUrl: option(z.string().default('./chatws.db'), {
    flag: '--database-url <url>',
    env: 'DATABASE_URL',
    preferredEnv: 'CHATWS_DATABASE_URL',
    description: 'SQLite file or postgresql:// URL that holds the messages; memory: keeps none',
    mayStandInFile: true,
  }),
  durability: option(z.enum(DURABILITIES, 'must be process or full').default('process'), {
    flag: '--durability <level>',
    env: 'CHATWS_DURABILITY',
    description:
      'what an acknowledged message survives: process (its death; SQLite) or full (a power cut)',
  }),
  ...retentionOptions,
  ...uploadOptions,
  ...webOptions,
  heartbeat: option(seconds().default(30), {
    flag: '--heartbeat <seconds>',
    env: 'CHATWS_HEARTBEAT',
    description: 'time between pings; a peer that misses two is cut off',
  }),
  offlineGrace: option(
    numeric(
      z
        .number('must be a number of seconds')
        .min(0, 'must not be negative')
        .max(MAX_TIMER_S, 'is too long'),
    ).default(0),
    {
      flag: '--offline-grace <seconds>',
      env: 'CHATWS_OFFLINE_GRACE',
      description: 'how long a user whose last connection closed may come back unnoticed',
    },
  ),
  agents: option(list(id()).default([]), {
    flag: '--agents <ids>',
    env: 'CHATWS_AGENTS',
    description: 'users who work the support desk; with tokens, their role can say so too',
  }),
  drainTimeout: option(seconds().default(20), {
    flag: '--drain-timeout <seconds>',
    env: 'CHATWS_DRAIN_TIMEOUT',
    description: 'how long stopping may take: storing, sending clients away, finishing requests',
  }),
  statsInterval: option(seconds().default(30), {
    flag: '--stats-interval <seconds>',
    env: 'CHATWS_STATS_INTERVAL',
    description: 'time between lines of statistics',
  }),
  logFormat: option(z.enum(['text', 'json'], 'must be text or json').default('text'), {
    flag: '--log-format <format>',
    env: 'CHATWS_LOG_FORMAT',
    description: 'text for people, json for programs',
  }),
  logLevel: option(
    z
      .enum(LOG_LEVELS, `must be ${LOG_LEVELS.slice(0, -1).join(', ')} or ${LOG_LEVELS.at(-1)}`)
      .default('info'),
    {
      flag: '--log-level <level>',
      env: 'CHATWS_LOG_LEVEL',
      description: `how much to log: ${LOG_LEVELS.join(', ')}`,
    },
  ),
})

/** What `chatws serve` can be told. */
export const ServeConfig = withoutContradictions(options, (config) => [
  ...findAuthContradictions(config),
  ...findAccessContradictions(config),
  ...findWebContradictions(config),
])
export type ServeConfig = z.infer<typeof ServeConfig>
