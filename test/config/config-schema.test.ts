import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { CONFIG_SECTIONS } from '../../src/config/config-file.ts'
import { configJsonSchema } from '../../src/config/config-schema.ts'

const schema = JSON.parse(configJsonSchema())
const accepted = z.fromJSONSchema(schema)

it('has every option of every section, with what it does', () => {
  for (const [name, section] of Object.entries(CONFIG_SECTIONS)) {
    const { properties, additionalProperties } = schema.properties[name]
    const names = Object.keys(properties)
    const held = names.filter((option) => /(secret|token|databaseUrl)File$/i.test(option))
    expect(names.filter((option) => !held.includes(option))).toEqual(Object.keys(section.shape))
    for (const option of held) expect(names).toContain(option.replace(/File$/, ''))
    expect(additionalProperties).toBe(false)
    for (const { description } of Object.values<{ description: string }>(properties))
      expect(description).not.toBe('')
  }
})

it('accepts what is right, the example in the documents among it', () => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const example = JSON.parse(/```json\n(\{\n {2}"serve".*?)```/s.exec(text)![1]!)
  expect(accepted.safeParse(example).success).toBe(true)
  for (const file of [{}, { $schema: './a.json' }, { serve: { agents: [1], port: 0 } }])
    expect(accepted.safeParse(file).success).toBe(true)
})

it.each([
  { serves: {} },
  { serve: { prot: 3004 } },
  { serve: { port: 70_000 } },
  { serve: { logFormat: 'xml' } },
  { serve: { allowOrigins: [1] } },
  { token: { expiresIn: 0 } },
])('refuses %j', (file) => {
  expect(accepted.safeParse(file).success).toBe(false)
})
