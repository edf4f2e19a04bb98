import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { BenchConfig, MergeConfig } from '../../src/config/bench-config.ts'
import type { ConfigSources } from '../../src/config/config-sources.ts'
import { describeOptions } from '../../src/config/option.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'
import { TokenConfig } from '../../src/config/token-config.ts'

/** What each command refuses for what its options are together, by option name. */
const REFUSED: [z.ZodObject, Record<string, string>][] = [
  [ServeConfig, { jwtSecret: 's' }],
  [ServeConfig, { jwtPublicKey: 'p' }],
  [ServeConfig, { jwksUrl: 'https://id.example.org/keys' }],
  [ServeConfig, { jwtSecret: 's', auth: 'none' }],
  [ServeConfig, { auth: 'jwt' }],
  [ServeConfig, { auth: 'jwt', jwtSecret: 's', jwksUrl: 'https://id.example.org/keys' }],
  [ServeConfig, { auth: 'jwt', jwtSecret: 's', insecureAdmin: 'true' }],
  [ServeConfig, { host: '0.0.0.0' }],
  [ServeConfig, { host: '0.0.0.0', auth: 'none' }],
  [BenchConfig, { shard: '1/2' }],
  [BenchConfig, { json: '-', ndjson: '-' }],
  [MergeConfig, { json: '-', html: '-' }],
  [TokenConfig, { user: '1', jwtSecret: 's', jwtPrivateKey: 'k' }],
]

/** One set of values, from each place where it can be given, and how that place names an option. */
function places(schema: z.ZodObject, values: Record<string, string>) {
  const metas = new Map(describeOptions(schema).map(({ name, meta }) => [name, meta]))
  const env = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [metas.get(name)!.env!, value]),
  )
  const file = [{ origin: 'a.json: x', values }]
  return [
    [{ flags: values, env: {} }, (name: string) => metas.get(name)!.flag.split(' ')[0]!],
    [{ flags: {}, env }, (name: string) => metas.get(name)!.env!],
    [{ flags: {}, env: {}, file }, (name: string) => `a.json: x.${name}`],
  ] as [ConfigSources, (name: string) => string][]
}

function complaint(schema: z.ZodObject, sources: ConfigSources): string {
  try {
    resolveConfig(schema, sources)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('options that are wrong together', () => {
  it.each(REFUSED)('name where each that matters was given: %# %j', (schema, values) => {
    for (const [sources, nameOf] of places(schema, values)) {
      const text = complaint(schema, sources)
      const named = Object.keys(values).filter((name) => text.includes(nameOf(name)))
      // A subject that needs no choice of its own to be wrong is not in the text.
      const isNeutral = (name: string) =>
        name === 'user' || (name === 'jwtSecret' && 'insecureAdmin' in values)
      expect(named).toEqual(Object.keys(values).filter((name) => !isNeutral(name)))
    }
  })

  it('say of a default that it is one', () => {
    const env = { CHATWS_JWT_SECRET: 'hidden' }
    const text = complaint(ServeConfig, { flags: {}, env })
    expect(text).toMatch(/^CHATWS_JWT_SECRET: .*; --auth is "none" by default$/)
  })

  it('never show a secret', () => {
    const flags = { jwtSecret: 'hidden', jwksUrl: 'https://id.example.org/keys', auth: 'jwt' }
    const text = complaint(ServeConfig, { flags, env: {} })
    expect(text).toContain('--jwt-secret is given')
    expect(text).not.toContain('hidden')
  })

  it('are told beside values that are wrong alone, and not of those', () => {
    const flags = { port: 'x', host: '0.0.0.0', jwtSecret: 's', messageRate: '-1' }
    const lines = complaint(ServeConfig, { flags, env: {} }).split('\n')
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      ...['--host', '--jwt-secret', '--message-rate', '--port'],
    ])
    const wrong = complaint(ServeConfig, { flags: { auth: 'basic', jwtSecret: 's' }, env: {} })
    expect(wrong).toBe('--auth: must be none or jwt, not "basic"')
  })

  it('are not told of a secret whose file cannot be read', () => {
    const flags = { auth: 'jwt', jwtSecretFile: '/nonexistent/secret' }
    const text = complaint(ServeConfig, { flags, env: {} })
    expect(text.split('\n')[0]).toMatch(/^--jwt-secret-file: cannot be read/)
  })
})
