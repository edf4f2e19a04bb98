import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseScenario, Scenario } from '../../src/bench/scenario.ts'

const FOLDER = new URL('../../scenarios/', import.meta.url)

function problemsOf(scenario: object): string {
  try {
    parseScenario(JSON.stringify(scenario), 'test.json')
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_SCENARIO' })
    return (error as Error).message
  }
  throw new Error('the scenario was accepted')
}

const valid = { name: 'n', users: { count: 2 }, durationSeconds: 1 }

describe('parseScenario', () => {
  it('fills in defaults', () => {
    expect(parseScenario(JSON.stringify(valid), 'f')).toMatchObject({
      users: { firstId: 1, connections: [{ count: 1, weight: 1 }] },
      rampSeconds: 0,
      drainSeconds: 10,
      thresholds: {},
      seed: 1,
    })
  })

  it('lists every problem with its path', () => {
    const message = problemsOf({
      name: '',
      users: { count: 0, connections: [{ count: 1, weight: -1 }] },
      durationSeconds: 'long',
      chat: { ratePerSecond: 0 },
    })
    expect(message).toContain('5 problem(s)')
    for (const path of [
      'name:',
      'users.count:',
      'users.connections[0].weight:',
      'durationSeconds:',
      'chat.ratePerSecond:',
    ])
      expect(message).toContain(`\n  ${path}`)
  })

  it('refuses an unknown key and suggests the nearest known one', () => {
    expect(problemsOf({ ...valid, durationSecond: 3 })).toContain(
      'durationSecond: unknown, did you mean durationSeconds?',
    )
    expect(problemsOf({ ...valid, users: { count: 1, conections: [] } })).toContain(
      'users.conections: unknown, did you mean connections?',
    )
  })

  it('refuses an unknown metric and suggests the nearest known one', () => {
    expect(problemsOf({ ...valid, thresholds: { delivry_ms: ['p99<1'] } })).toContain(
      'thresholds.delivry_ms: unknown, did you mean delivery_ms?',
    )
  })

  it('refuses a condition that cannot be read', () => {
    expect(problemsOf({ ...valid, thresholds: { ack_ms: ['p98<1'] } })).toContain(
      'thresholds.ack_ms[0]: must be like "p99<500"',
    )
  })

  it('names a file that is not JSON', () => {
    expect(() => parseScenario('{', 'broken.json')).toThrow(/broken\.json is not JSON/)
  })
})

describe('the scenarios that are shipped', () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'scenario.schema.json')

  it.each(files)('%s is valid, says what it shows, and names the schema', (file) => {
    const scenario = parseScenario(readFileSync(new URL(file, FOLDER), 'utf8'), file)
    expect(scenario.$schema).toBe('./scenario.schema.json')
    expect(`${scenario.name}.json`).toBe(file)
    expect(scenario.description).toMatch(/\w/)
  })

  it('come with the JSON Schema of what the load tester reads', async () => {
    const schema = z.toJSONSchema(Scenario, { io: 'input' })
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      '../../scenarios/scenario.schema.json',
    )
  })
})
