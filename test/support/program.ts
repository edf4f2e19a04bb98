import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What `chatws` runs. */
export const PROGRAM = fileURLToPath(new URL('../../bin/chatws.js', import.meta.url))

/** Whether there is a build that it can run. */
export const isBuilt = existsSync(new URL('../../dist/bundle/main.js', import.meta.url))
