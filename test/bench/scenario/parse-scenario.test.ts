import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../../src/bench/scenario/parse-scenario.ts'
import { scenarioJsonSchema } from '../../../src/bench/scenario/scenario.ts'
import { listThresholds } from '../../../src/bench/scenario/threshold.ts'
import { Population } from '../../../src/bench/schedule/population.ts'

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

const phase = { name: 'steady', durationSeconds: 1, users: 2 }
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

  it('keeps thresholds in the order of the file', () => {
    const behaviours = [{ name: 'b', send: [{ ratePerSecond: 1 }] }]
    const thresholds = { unsent: ['value<1'], delivery_ms: ['p99<9'], connect_ms: ['p50<9'] }
    const parsed = parseScenario(JSON.stringify({ ...valid, behaviours, thresholds }), 'f')
    expect(listThresholds(parsed.thresholds).map(({ metric }) => metric)).toEqual([
      'unsent',
      'delivery_ms',
      'connect_ms',
    ])
  })

  it('lists every problem with its path, what contradicts itself among them', () => {
    const message = problemsOf({
      name: '',
      users: { count: 2, connections: [{ count: 1, weight: -1 }] },
      phases: [
        { name: 'a', durationSeconds: 'long' },
        { name: 'b', durationSeconds: 1, users: 3 },
      ],
      behaviours: [{ name: 'b', send: [{ ratePerSecond: 0 }] }],
    })
    expect(message.split('\n')).toEqual([
      'test.json has 5 problems:',
      '  name: must not be empty',
      '  users.connections[0].weight: must be more than 0, not -1',
      '  phases[0].durationSeconds: must be a number, not "long"',
      '  behaviours[0].send[0].ratePerSecond: must be more than 0, not 0',
      '  phases[1].users: must not exceed users.count (2)',
    ])
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

  it.each([
    ['p98<1', 'must be like "p99<500", with one of p50, p95'],
    ['p(95) < 200ms', 'did you mean "p95<200"?'],
    ['avg<20', 'did you mean "mean<20"?'],
  ])('refuses a condition that cannot be read: %s', (condition, problem) => {
    const message = problemsOf({ ...valid, thresholds: { connect_ms: [condition] } })
    expect(message).toContain('  thresholds.connect_ms[0]: must be like "p99<500"')
    expect(message).toContain(problem)
  })

  it('names a file that is not JSON, and the place in it', () => {
    expect(() => parseScenario('{', 'broken.json')).toThrow(/broken\.json is not JSON/)
    expect(() => parseScenario('{\n  "name": "n",\n}', 'broken.json')).toThrow(
      /broken\.json is not JSON: line 3, column 1: /,
    )
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
