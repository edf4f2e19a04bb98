import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { resultJsonSchema } from '../src/bench/result/bench-result.ts'
import { scenarioJsonSchema } from '../src/bench/scenario/scenario.ts'
import { configJsonSchema } from '../src/config/config-schema.ts'

const SCHEMAS = {
  scenarios: scenarioJsonSchema(),
  results: resultJsonSchema(),
  configuration: configJsonSchema(),
  'scenarios, as shipped': readFileSync(
    new URL('../scenarios/scenario.schema.json', import.meta.url),
    'utf8',
  ),
}

it.each(Object.entries(SCHEMAS))('a strict validator takes the schema of %s', (_, text) => {
  const ajv = new Ajv2020({ strict: true, allErrors: true })
  expect(() => ajv.compile(JSON.parse(text))).not.toThrow()
})

it('a scenario that is right is right by the schema, too', () => {
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(SCHEMAS.scenarios))
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../scenarios/${name}.json`, import.meta.url), 'utf8'))
  for (const name of ['smoke', '500-users', 'http-mix', 'restart', 'private-chats'])
    expect(validate(read(name)), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
  expect(validate({ ...read('smoke'), usres: 1 })).toBe(false)
})
