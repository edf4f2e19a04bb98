import { expect, test } from 'vitest'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import { parseClientFrame } from '../../src/protocol/parse-client-frame.ts'
import { ANSWER_TYPES, QUESTIONS } from '../../src/protocol/questions.ts'

test('the types of answers are those that the protocol names', () => {
  expect(ANSWER_TYPES).toEqual([
    ...['PRESENCE', 'SUBSCRIBED', 'HISTORY', 'CHATS', 'SEARCH', 'SUPPORT_QUEUE'],
    ...['CHAT', 'MEMBERS', 'PUBLIC_CHATS', 'USERS', 'BLOCKED', 'PINS', 'THREADS', 'REPORTS'],
  ])
})

test.each(Object.entries(QUESTIONS))('%s and its answer have a client_id', (_type, row) => {
  for (const schema of [row.schema, row.answer]) {
    const problems = schema.safeParse({ client_id: 1 }).error!.issues.flatMap(pathsOf)
    expect(problems).toContain('client_id')
  }
})

test.each(Object.keys(CLIENT_FRAMES))('a %s is read by the schema of its row', (type) => {
  const answer = parseClientFrame(JSON.stringify({ type, no_such_key: 1 }))
  expect(answer).toMatchObject({ type: 'ERROR', code: 'INVALID_FRAME' })
  // A row with the schema of another type would complain of the type.
  expect(answer).not.toMatchObject({ message: expect.stringContaining('type:') })
})

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly errors?: readonly (readonly Problem[])[]
}

/** The paths of a problem, and of those inside the options of a union. */
function pathsOf(problem: object): string[] {
  const { path, errors = [] } = problem as Problem
  return [path.join('.'), ...errors.flat().flatMap(pathsOf)]
}
