import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { numeric, option } from '../../src/config/option.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ChatwsError } from '../../src/protocol/error.ts'

const Config = z.object({
  port: option(numeric(z.int('must be a port number').max(65535, 'is too large')).default(1), {
    flag: '--port <number>',
    env: 'TEST_PORT',
    description: 'a port',
  }),
  rate: option(numeric(z.number('must be a number')).optional(), {
    flag: '--rate <number>',
    description: 'flag only, without a default',
  }),
  dryRun: option(z.boolean('must be yes or no').default(false), {
    flag: '--dry-run',
    description: 'a switch',
  }),
  secret: option(z.string().min(9, 'is too short').optional(), {
    flag: '--secret <text>',
    description: 'not to be shown',
    isSecret: true,
  }),
})

type Row = [title: string, flag: unknown, env: string | undefined, port: number]

/** The error that resolving throws. */
function problemsOf(flags: Record<string, unknown>, env: Record<string, string> = {}): ChatwsError {
  try {
    resolveConfig(Config, { flags, env })
  } catch (error) {
    expect(error).toBeInstanceOf(ChatwsError)
    return error as ChatwsError
  }
  throw new Error('nothing was thrown')
}

describe('resolveConfig', () => {
  it.each<Row>([
    ['the default counts where nothing is set', undefined, undefined, 1],
    ['the environment beats the default', undefined, '2', 2],
    ['a flag beats the default', '3', undefined, 3],
    ['a flag beats the environment', '3', '2', 3],
    ['a flag beats a wrong variable, which is not read', '3', 'many', 3],
    ['an empty variable counts as unset', undefined, '', 1],
    ['a flag given as a number is as good as its text', 3, '2', 3],
    ['a flag may be 0', 0, '2', 0],
  ])('%s', (_title, flag, variable, port) => {
    const sources = { flags: { port: flag }, env: { TEST_PORT: variable } }
    expect(resolveConfig(Config, sources).port).toBe(port)
  })

  it('leaves out an option that has neither value nor default', () => {
    expect(resolveConfig(Config, { flags: {}, env: {} })).toEqual({ port: 1, dryRun: false })
  })

  it('reads no variable that no option names', () => {
    const env = { RATE: '5', rate: '5', CHATWS_RATE: '5', dryRun: 'true', undefined: '5' }
    expect(resolveConfig(Config, { flags: {}, env })).toEqual({ port: 1, dryRun: false })
  })

  it('ignores flags that are no options of the command', () => {
    expect(resolveConfig(Config, { flags: { verbose: true }, env: {} })).not.toHaveProperty(
      'verbose',
    )
  })

  it('returns a frozen object', () => {
    const config = resolveConfig(Config, { flags: {}, env: {} })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('tells all problems at once, a line each, with the flag and the value', () => {
    const error = problemsOf({ port: 'many', rate: 'few', dryRun: 'perhaps' })
    expect(error.code).toBe('USAGE')
    expect(error.message.split('\n')).toEqual([
      '--port: must be a port number, not "many"',
      '--rate: must be a number, not "few"',
      '--dry-run: must be yes or no, not "perhaps"',
    ])
  })

  it('names the variable that a wrong value came from', () => {
    expect(problemsOf({}, { TEST_PORT: '70000' }).message).toBe(
      'TEST_PORT: is too large, not "70000"',
    )
  })

  it('names the flag where flag and variable are both wrong', () => {
    expect(problemsOf({ port: 'x' }, { TEST_PORT: 'y' }).message).toBe(
      '--port: must be a port number, not "x"',
    )
  })

  it('does not print a value that is a secret', () => {
    expect(problemsOf({ secret: 'hunter2' }).message).toBe('--secret: is too short')
  })

  it('does not print a value where none was given', () => {
    const Required = z.object({
      user: option(numeric(z.int('must be given')), { flag: '--user <id>', description: 'who' }),
    })
    expect(() => resolveConfig(Required, { flags: {}, env: {} })).toThrow(/^--user: must be given$/)
  })
})

describe('numeric', () => {
  const schema = numeric(z.number())

  it.each([
    ['5', 5],
    ['-1.5', -1.5],
    [7, 7],
  ])('reads %j', (given, number) => {
    expect(schema.parse(given)).toBe(number)
  })

  it.each(['', ' ', 'five', '5s', 'NaN', null, true, [5]])('refuses %j', (given) => {
    expect(schema.safeParse(given).success).toBe(false)
  })
})
