import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
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

describe('a secret', () => {
  const Config = z.object({
    secret: option(z.string().min(9, 'is too short').optional(), {
      flag: '--secret <text>',
      env: 'TEST_SECRET',
      description: 'not to be shown',
      isSecret: true,
    }),
    open: option(z.string().optional(), {
      flag: '--open <text>',
      env: 'TEST_OPEN',
      description: 'may be shown',
    }),
  })
  const folder = mkdtempSync(join(tmpdir(), 'chatws-secrets-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (text: string) => {
    const path = join(folder, `${Math.random()}`)
    writeFileSync(path, text)
    return path
  }
  const held = file('held by a file\n')
  const other = file('held by another')
  const section = (values: object) => ({ origin: 'a.json: x', values: values as never })

  it.each<[string, object, Record<string, string>, object, string]>([
    ['a flag', { secretFile: held }, {}, {}, 'held by a file'],
    ['a variable', {}, { TEST_SECRET_FILE: held }, {}, 'held by a file'],
    ['a configuration file', {}, {}, { secretFile: held }, 'held by a file'],
    [
      'a flag over a variable',
      { secretFile: held },
      { TEST_SECRET: 'the variable' },
      {},
      'held by a file',
    ],
    [
      'a flag over another',
      { secretFile: held },
      { TEST_SECRET_FILE: other },
      {},
      'held by a file',
    ],
    [
      'a variable under a flag',
      { secret: 'the flag says' },
      { TEST_SECRET_FILE: held },
      {},
      'the flag says',
    ],
    [
      'a variable over a file',
      {},
      { TEST_SECRET_FILE: held },
      { secret: 'in the file' },
      'held by a file',
    ],
    [
      'an empty variable',
      { secret: 'the flag says' },
      { TEST_SECRET_FILE: '' },
      {},
      'the flag says',
    ],
    [
      'lines that end as on Windows',
      { secretFile: file('\ufefftwo words\r\n') },
      {},
      {},
      'two words',
    ],
    [
      'more than one line',
      { secretFile: file('line one\nline two\n\n') },
      {},
      {},
      'line one\nline two\n',
    ],
  ])('may stand in a file that is named by %s', (_, flags, env, values, secret) => {
    const sources = { flags: flags as never, env, file: [section(values)] }
    expect(resolveConfig(Config, sources)).toEqual({ secret })
  })

  it.each<[string, object, Record<string, string>, RegExp]>([
    [
      'is not there',
      { secretFile: join(folder, 'missing') },
      {},
      /^--secret-file: cannot be read: ENOENT/,
    ],
    ['is a folder', { secretFile: folder }, {}, /^--secret-file: cannot be read: EISDIR/],
    ['is empty', {}, { TEST_SECRET_FILE: file('\n') }, /^TEST_SECRET_FILE: the file is empty$/],
    ['holds a short one', { secretFile: file('hunter2') }, {}, /^--secret-file: is too short$/],
    [
      'stands beside the secret',
      {},
      { TEST_SECRET: 'x', TEST_SECRET_FILE: held },
      /^TEST_SECRET_FILE: is given beside TEST_SECRET: /,
    ],
  ])('is refused, and not shown, where its file %s', (_, flags, env, problem) => {
    expect(() => resolveConfig(Config, { flags: flags as never, env })).toThrow(problem)
    expect(() => resolveConfig(Config, { flags: flags as never, env })).not.toThrow(/hunter2/)
  })

  it('is read from a file, but not what may be shown', () => {
    const flags = { openFile: held }
    expect(resolveConfig(Config, { flags, env: { TEST_OPEN_FILE: held } })).toEqual({})
  })
})
