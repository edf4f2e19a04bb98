import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { CONFIG_SECTIONS, parseConfigFile } from '../../src/config/config-file.ts'
import { describeOptions } from '../../src/config/option.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'

const parse = (value: unknown) => parseConfigFile(JSON.stringify(value), 'chatws.config.json')

function problemsOf(value: unknown): string[] {
  try {
    parse(value)
  } catch (error) {
    expect(error).toMatchObject({ code: 'USAGE' })
    return (error as Error).message.split('\n')
  }
  throw new Error('nothing was thrown')
}

describe('parseConfigFile', () => {
  it('gives each command its own section', () => {
    const sectionOf = parse({ serve: { port: 1 }, bench: { url: 'ws://a' } })
    expect(sectionOf('serve').values).toEqual({ port: 1 })
    expect(sectionOf('bench').values).toEqual({ url: 'ws://a' })
    expect(sectionOf('connect').values).toEqual({})
  })

  it('names everything unknown at once, with what was probably meant', () => {
    expect(
      problemsOf({ serv: {}, serve: { prot: 1, zzzzzzzzz: 2 }, connect: { users: 3 } }),
    ).toEqual([
      'chatws.config.json: serv: unknown, did you mean serve?',
      'chatws.config.json: serve.prot: unknown, did you mean port?',
      'chatws.config.json: serve.zzzzzzzzz: unknown',
      'chatws.config.json: connect.users: unknown, did you mean user?',
    ])
  })

  it.each([[[]], [1], [null], ['serve']])('refuses %j', (value) => {
    expect(problemsOf(value)).toEqual(['chatws.config.json: must be an object'])
  })

  it('refuses a section that is no object', () => {
    expect(problemsOf({ serve: [] })).toEqual(['chatws.config.json: serve: must be an object'])
  })

  it('says where a file is no JSON', () => {
    expect(() => parseConfigFile('{"serve": }', 'a.json')).toThrow(/^a\.json is not JSON: .*/)
  })

  it('lets an editor be told the schema', () => {
    expect(parse({ $schema: 'x', serve: {} })('serve').values).toEqual({})
  })
})

describe('a value from the file', () => {
  const file = parse({ serve: { port: 4000, logFormat: 'json', insecure: true } })('serve')
  const resolve = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
    resolveConfig(ServeConfig, { flags, env, file: [file] })

  it('beats the default', () => {
    expect(resolve({})).toMatchObject({
      port: 4000,
      logFormat: 'json',
      insecure: true,
      heartbeat: 30,
    })
  })

  it('is beaten by the environment, and that by a flag', () => {
    expect(resolve({}, { CHATWS_PORT: '4001' }).port).toBe(4001)
    expect(resolve({ port: '4002' }, { CHATWS_PORT: '4001' }).port).toBe(4002)
    expect(resolve({ insecure: false }).insecure).toBe(false)
  })

  it('is named where it stands when it is wrong', () => {
    const wrong = parse({ serve: { port: 'x', heartbeat: -1 } })('serve')
    expect(() => resolveConfig(ServeConfig, { flags: {}, env: {}, file: [wrong] })).toThrow(
      'chatws.config.json: serve.port: must be a port number, not "x"\n' +
        'chatws.config.json: serve.heartbeat: must be at least 0.1, not -1',
    )
  })
})

it.each(Object.entries(CONFIG_SECTIONS))(
  'every option of %s can be set by a variable, a flag and the file',
  (_section, schema) => {
    const options = describeOptions(schema as z.ZodObject)
    expect(options).not.toEqual([])
    for (const { name, meta } of options) {
      const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      expect(meta.flag).toMatch(new RegExp(`^--${kebab}( <\\w+>)?$`))
      expect(meta.env, name).toMatch(/^(CHATWS_[A-Z_]+|DATABASE_URL)$/)
    }
  },
)
