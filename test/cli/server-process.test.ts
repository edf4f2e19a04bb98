import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import { ServerProcess } from '../../src/cli/server-process.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'
import { variablesOfCommand } from '../../src/config/unknown-variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'chatws-own-server-'))
const cwd = process.cwd()
afterAll(() => rmSync(folder, { recursive: true }))

let server: ServerProcess | undefined
afterEach(async () => {
  process.chdir(cwd)
  await server?.stop()
})

/** A value that no option of a server has, and that is no file either. */
const NONSENSE = '\u0001nonsense'

it('is told nothing by the variables and the files that another server is told by', async () => {
  const variables = variablesOfCommand(ServeConfig)
  expect(variables).toEqual(
    expect.arrayContaining(['DATABASE_URL', 'CHATWS_AUTH', 'CHATWS_JWT_SECRET_FILE']),
  )
  const file = JSON.stringify({ serve: { auth: NONSENSE } })
  writeFileSync(join(folder, 'chatws.config.json'), file)
  const env = Object.fromEntries([...variables, 'CHATWS_CONFIG'].map((name) => [name, NONSENSE]))
  process.chdir(folder)
  server = await ServerProcess.start({ ...process.env, ...env })
  const response = await fetch(`${server.url.replace('ws', 'http')}/healthz`)
  expect(response.status).toBe(200)
  await server.down('SIGKILL')
  await server.up()
  expect(server.pid).toBeGreaterThan(0)
})
