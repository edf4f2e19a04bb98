import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Population } from '../../../src/bench/plan/population.ts'
import { parseScenario } from '../../../src/bench/scenario/parse-scenario.ts'
import { scenarioJsonSchema } from '../../../src/bench/scenario/scenario.ts'

const FOLDER = new URL('../../../scenarios/', import.meta.url)

function problemsOf(scenario: object): string {
  try {
    parseScenario(JSON.stringify(scenario), 'test.json')
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_SCENARIO' })
    return (error as Error).message
  }
  throw new Error('the scenario was accepted')
}

const phase = { name: 'steady', durationSeconds: 1 }
const valid = { name: 'n', users: { count: 2 }, phases: [phase] }

describe('parseScenario', () => {
  it('fills in defaults', () => {
    expect(parseScenario(JSON.stringify(valid), 'f')).toMatchObject({
      users: { firstId: 1, connections: [{ count: 1, weight: 1 }] },
      phases: [{ load: 1, record: true }],
      behaviours: [{ name: 'idle', weight: 1 }],
      drainSeconds: 10,
      audit: { presence: true, database: true, allowCloses: [], reconnect: true },
      thresholds: {},
      seed: 1,
    })
  })

  it('lists every problem with its path', () => {
    const message = problemsOf({
      name: '',
      users: { count: 0, connections: [{ count: 1, weight: -1 }] },
      phases: [{ name: 'a', durationSeconds: 'long' }],
      behaviours: [{ name: 'b', send: [{ ratePerSecond: 0 }] }],
    })
    expect(message).toContain('5 problem(s)')
    for (const path of [
      'name:',
      'users.count:',
      'users.connections[0].weight:',
      'phases[0].durationSeconds:',
      'behaviours[0].send[0].ratePerSecond:',
    ])
      expect(message).toContain(`\n  ${path}`)
  })

  it.each([
    [{ ...valid, seeds: 3 }, 'seeds: unknown, did you mean seed?'],
    [
      { ...valid, users: { count: 1, conections: [] } },
      'users.conections: unknown, did you mean connections?',
    ],
    [{ ...valid, audit: { databse: false } }, 'audit.databse: unknown, did you mean database?'],
    [
      { ...valid, phases: [{ ...phase, recrd: false }] },
      'phases[0].recrd: unknown, did you mean record?',
    ],
    [
      { ...valid, thresholds: { delivry_ms: ['p99<1'] } },
      'thresholds.delivry_ms: unknown, did you mean delivery_ms?',
    ],
  ])('refuses an unknown key and suggests the nearest known one: %#', (scenario, problem) => {
    expect(problemsOf(scenario)).toContain(problem)
  })

  it('refuses a condition that cannot be read', () => {
    expect(problemsOf({ ...valid, thresholds: { ack_ms: ['p98<1'] } })).toContain(
      'thresholds.ack_ms[0]: must be like "p99<500"',
    )
  })

  it('refuses chaos that it does not know, and says what there is', () => {
    expect(problemsOf({ ...valid, phases: [{ ...phase, chaos: { dorp: 20 } }] })).toMatch(
      /phases\[0\]\.chaos: must be \{"drop": percent\}/,
    )
  })

  it.each([
    [{ ...phase, users: 3 }, 'phases[0].users: must not exceed users.count (2)'],
    [
      { ...phase, users: 1, arrivals: { ratePerSecond: 1, staySeconds: 1 } },
      'phases[0].arrivals: must not stand beside users',
    ],
    [
      { ...phase, chaos: { server: 'kill', downSeconds: 1 } },
      'phases[0].chaos.downSeconds: must be less than the durationSeconds',
    ],
  ])('refuses what contradicts itself: %#', (contradictory, problem) => {
    expect(problemsOf({ ...valid, phases: [contradictory] })).toContain(problem)
  })

  it('names a file that is not JSON', () => {
    expect(() => parseScenario('{', 'broken.json')).toThrow(/broken\.json is not JSON/)
  })
})

describe('the scenarios in the documents', () => {
  it.each(['README.md', 'docs/load-testing.md'])('%s has one, and it is valid', (file) => {
    const text = readFileSync(new URL(`../${file}`, FOLDER), 'utf8')
    const scenarios = [...text.matchAll(/```json\n(\{\n {2}"\$schema".*?)```/gs)]
    expect(scenarios).toHaveLength(1)
    expect(parseScenario(scenarios[0]![1]!, file).phases.length).toBeGreaterThan(1)
  })
})

describe('the scenarios that are shipped', () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'scenario.schema.json')

  it.each(files)('%s is valid, says what it shows, and has thresholds', (file) => {
    const scenario = parseScenario(readFileSync(new URL(file, FOLDER), 'utf8'), file)
    expect(scenario.$schema).toBe('./scenario.schema.json')
    expect(`${scenario.name}.json`).toBe(file)
    expect(scenario.description).toMatch(/\w/)
    expect(Object.keys(scenario.thresholds)).not.toEqual([])
    expect(new Population(scenario).connectionCount).toBeGreaterThan(0)
  })

  it('come with the JSON Schema of what the load tester reads', async () => {
    await expect(scenarioJsonSchema()).toMatchFileSnapshot(
      '../../../scenarios/scenario.schema.json',
    )
  })
})
