import { z } from 'zod'
import { describeIssues, readJsonFile, userFilePath } from '../config/user-file.ts'
import { ChatwsError } from '../protocol/error.ts'
import { findKeyProblems, KeyMap } from '../tui/keys/key-map.ts'
import type { Host } from './host.ts'

const KeyMapFile = z.record(z.string(), z.union([z.string(), z.null()]))

/** The user's key map, `keys.json`, over the default one. Throws USAGE with all that is wrong in it. */
export function readKeyMap({ env }: Host): KeyMap {
  const path = userFilePath(env, 'keys.json')
  const parsed = KeyMapFile.safeParse(readJsonFile(path) ?? {})
  if (!parsed.success) throw new ChatwsError('USAGE', describeIssues(path, parsed.error.issues))
  const problems = findKeyProblems(parsed.data)
  if (problems.length > 0)
    throw new ChatwsError('USAGE', problems.map((problem) => `${path}: ${problem}`).join('\n'))
  return new KeyMap(parsed.data)
}
