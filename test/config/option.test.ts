import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeOptions, option } from '../../src/config/option.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'

describe('describeOptions', () => {
  it('lists the options in the order of the schema, with meta and default', () => {
    const port = { flag: '--port <number>', env: 'TEST_PORT', description: 'a port' }
    const name = { flag: '--name <text>', description: 'a name' }
    const schema = z.object({
      port: option(z.number().default(5), port),
      name: option(z.string(), name),
    })
    expect(describeOptions(schema)).toEqual([
      { name: 'port', meta: port, defaultValue: 5 },
      { name: 'name', meta: name, defaultValue: undefined },
    ])
  })

  it('keeps two options of equal schemas apart', () => {
    const schema = z.object({
      a: option(z.string(), { flag: '--a <x>', description: 'first' }),
      b: option(z.string(), { flag: '--b <x>', description: 'second' }),
    })
    expect(describeOptions(schema).map(({ meta }) => meta.description)).toEqual(['first', 'second'])
  })

  it('throws on a field that was not made with option()', () => {
    expect(() => describeOptions(z.object({ port: z.number() }))).toThrow(/port/)
  })

  it('gives every option of serve a flag, a variable and words, and needs none of them', () => {
    const described = describeOptions(ServeConfig)
    expect(described).not.toEqual([])
    for (const { name, meta } of described) {
      const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      // Commander derives the option's name from its flag: the two must agree.
      expect(meta.flag).toMatch(new RegExp(`^--${kebab}( <\\w+>)?$`))
      expect(meta.env).toMatch(/^(CHATWS_[A-Z_]+|DATABASE_URL)$/)
      expect(meta.description).not.toBe('')
      const schema = ServeConfig.shape[name as keyof typeof ServeConfig.shape]
      expect(schema.safeParse(undefined).success).toBe(true)
    }
  })
})
