import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createTokenVerifier, type TokenKey } from '../../src/server/auth/token-verifier.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { KEY_PAIRS, SECRET, toPem } from '../support/tokens.ts'

/** Runs `chatws token` and returns what it had to say. */
async function run(args: string[], env: Record<string, string> = {}) {
  const host = createFakeHost(env)
  const exitCode = await main(['token', ...args], host.host)
  return { exitCode, stdout: host.stdout(), stderr: host.stderr() }
}

test('a token is printed that a server with the same secret accepts', async () => {
  const { exitCode, stdout } = await run(['--user', '123'], { CHATWS_JWT_SECRET: SECRET })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const identity = await createTokenVerifier({ secret: SECRET })(stdout.trim())
  expect(identity).toMatchObject({ userId: 123, role: 'user' })
})

test('a name and chats are what the server takes them for', async () => {
  const flags = ['--name', 'Ann', '--chats', '7=member, 9=owner']
  const { stdout } = await run(['--user', '1', '--jwt-secret', SECRET, ...flags])
  const identity = await createTokenVerifier({ secret: SECRET })(stdout.trim())
  expect(identity).toMatchObject({
    name: 'Ann',
    granted: new Map([
      [7, 'member'],
      [9, 'owner'],
    ]),
  })
})

test.each(['7', '7=boss', 'x=member', '7=member=owner', ''])(
  '--chats %j is refused',
  async (chats) => {
    const args = ['--user', '1', '--jwt-secret', SECRET, '--chats', chats]
    const { exitCode, stderr } = await run(args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('7=member,9=reader')
  },
)

test('role, life, issuer and audience are as asked', async () => {
  const flags = [
    '--role',
    'admin',
    '--expires-in',
    '60',
    '--jwt-issuer',
    'i',
    '--jwt-audience',
    'a',
  ]
  const { stdout } = await run(['--user', '1', '--json', '--jwt-secret', SECRET, ...flags])
  const { token, ...rest } = JSON.parse(stdout)
  expect(rest).toEqual({
    userId: 1,
    role: 'admin',
    issuer: 'i',
    audience: 'a',
    expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  const verify = createTokenVerifier({ secret: SECRET }, { issuer: 'i', audience: 'a' })
  expect(await verify(token)).toMatchObject({
    userId: 1,
    role: 'admin',
    expiresAtMs: Date.parse(rest.expiresAt) + 5_000,
  })
})

test.each(['RS256', 'ES256', 'EdDSA'] as const)('a private key for %s signs too', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-token-'))
  try {
    const { privateKey, publicKey } = KEY_PAIRS[name]
    const file = join(folder, 'key.pem')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const { stdout } = await run(['--user', '5', '--jwt-private-key', file])
    const key: TokenKey = { publicKey: toPem(publicKey) }
    expect(await createTokenVerifier(key)(stdout.trim())).toMatchObject({ userId: 5 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  [['--jwt-secret', SECRET], '--user: is required'],
  [['--user', '0', '--jwt-secret', SECRET], '--user: must be a positive whole number'],
  [['--user', '1'], 'openssl rand -base64 32'],
  [['--user', '1', '--jwt-secret', 'short'], '32'],
  [['--user', '1', '--role', 'root', '--jwt-secret', SECRET], '--role: '],
  [['--user', '1', '--expires-in', '0', '--jwt-secret', SECRET], '--expires-in: '],
  [['--user', '1', '--jwt-private-key', '/nowhere/key.pem'], '--jwt-private-key: cannot be read'],
])('%j is wrong usage', async (args, problem) => {
  const { exitCode, stdout, stderr } = await run(args)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(problem)
})
