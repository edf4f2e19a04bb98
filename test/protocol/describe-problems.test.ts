import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeProblems } from '../../src/protocol/describe-problems.ts'

const Schema = z.strictObject({
  name: z.string().min(1),
  size: z.int().min(1).max(9).default(1),
  colour: z.enum(['green', 'yellow']).optional(),
  parts: z.array(z.strictObject({ ratePerSecond: z.number() })).optional(),
  action: z
    .union(
      [
        z.strictObject({ drop: z.number().max(100), by: z.string().optional() }),
        z.strictObject({ server: z.enum(['kill', 'restart']) }),
      ],
      'must be drop or server',
    )
    .optional(),
  expect: z
    .discriminatedUnion('after', [
      z.strictObject({ after: z.literal('connect') }),
      z.strictObject({ after: z.literal('send'), frame: z.string() }),
    ])
    .optional(),
})

function problemsOf(value: unknown): string[] {
  const { error } = Schema.safeParse(value)
  return describeProblems(Schema, value, error!)
}

describe('describeProblems', () => {
  it.each([
    [[], 'the file: must be an object, in { }'],
    [{}, 'name: is missing, it must be a text'],
    [{ name: '' }, 'name: must not be empty'],
    [{ name: 7 }, 'name: must be a text, not 7'],
    [{ name: 'n', size: 0 }, 'size: must be at least 1, not 0'],
    [{ name: 'n', size: 10 }, 'size: must be at most 9, not 10'],
    [{ name: 'n', size: 1.5 }, 'size: must be a whole number, not 1.5'],
    [
      { name: 'n', colour: 'gren' },
      'colour: must be green or yellow, not "gren": did you mean green?',
    ],
    [{ name: 'n', parts: {} }, 'parts: must be a list, in [ ], not {}'],
    [{ name: 'n', prts: [] }, 'prts: unknown, did you mean parts?'],
    [
      { name: 'n', zebra: 1 },
      'zebra: unknown, known here: name, size, colour, parts, action, expect',
    ],
  ])('says what would be right and what stands there: %j', (value, problem) => {
    expect(problemsOf(value)).toEqual([problem])
  })

  it('does not call missing what is misspelt', () => {
    expect(problemsOf({ name: 'n', parts: [{ rate: 3 }] })).toEqual([
      'parts[0].rate: unknown, did you mean ratePerSecond?',
    ])
  })

  it.each([
    [{ drop: 120 }, 'action.drop: must be at most 100, not 120'],
    [{ drop: 20, bye: 'x' }, 'action.bye: unknown, did you mean by?'],
    [{ server: 'kil' }, 'action.server: must be kill or restart, not "kil": did you mean kill?'],
    [{ sever: 'kill' }, 'action: must be drop or server: did you mean server?'],
    ['kill', 'action: must be drop or server'],
  ])('judges by the variant that is meant, where that is clear: %j', (action, problem) => {
    expect(problemsOf({ name: 'n', action })).toEqual([problem])
  })

  it('says by what variants are told apart', () => {
    expect(problemsOf({ name: 'n', expect: { after: 'sent' } })).toEqual([
      'expect.after: must be connect or send, not "sent": did you mean send?',
    ])
  })
})
