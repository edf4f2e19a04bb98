import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchResult } from '../bench/result/bench-result.ts'
import { parseResult } from '../bench/result/parse-result.ts'
import { type FeedRow, parseFeed } from '../bench/scenario/feed.ts'
import { parseScenario } from '../bench/scenario/parse-scenario.ts'
import type { Scenario } from '../bench/scenario/scenario.ts'
import { decodeText } from '../config/read-text.ts'
import { ChatwsError, type ErrorCode } from '../protocol/error.ts'

const SHIPPED = fileURLToPath(new URL('../../scenarios/', import.meta.url))

/** A scenario with what its file refers to. */
export interface LoadedScenario {
  readonly scenario: Scenario
  readonly feed: readonly FeedRow[] | undefined
}

/**
 * Reads a scenario and its feed: a file, or one that comes with chatws, by its name. Throws
 * INVALID_SCENARIO.
 */
export async function loadScenario(named: string): Promise<LoadedScenario> {
  const file = findScenario(named)
  const scenario = parseScenario(await readNamedFile(file, 'scenario', 'INVALID_SCENARIO'), file)
  const { feed, count } = scenario.users
  if (feed === undefined) return { scenario, feed: undefined }
  const path = resolve(dirname(file), feed)
  const text = await readNamedFile(path, 'feed', 'INVALID_SCENARIO')
  return { scenario, feed: parseFeed(text, path, count) }
}

/** Reads a result that an earlier run wrote. Throws USAGE. */
export async function loadResult(file: string, what: string): Promise<BenchResult> {
  return parseResult(await readNamedFile(file, what, 'USAGE'), file)
}

function findScenario(named: string): string {
  if (existsSync(named)) return named
  const shipped = shippedScenarios()
  if (shipped.includes(named)) return join(SHIPPED, `${named}.json`)
  throw new ChatwsError(
    'INVALID_SCENARIO',
    `There is no scenario file ${named}; these come with chatws, by name: ${shipped.join(', ')}`,
  )
}

/** The names of the scenarios that come with chatws. */
function shippedScenarios(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json') && file !== 'scenario.schema.json')
    .map((file) => file.replace(/\.json$/, ''))
}

async function readNamedFile(file: string, what: string, code: ErrorCode): Promise<string> {
  try {
    return decodeText(await readFile(file))
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    const words =
      reason === 'ENOENT'
        ? `There is no file ${file}`
        : reason === 'EISDIR'
          ? `${file} is a folder`
          : (cause as Error).message
    throw new ChatwsError(code, `Cannot read the ${what}: ${words}`, { cause })
  }
}
