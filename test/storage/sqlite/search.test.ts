import { afterEach, beforeEach, expect, test } from 'vitest'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

let database: ReturnType<typeof TestDatabase.sqlite>

beforeEach(() => {
  database = TestDatabase.sqlite()
})
afterEach(() => database.drop())

/** Appends messages, searches for a word, and returns the offsets at which steps of the index ended. */
async function stepsOver(contents: readonly string[]): Promise<number[]> {
  const store = await database.open()
  await database.query('CREATE TABLE steps (at INTEGER)')
  await database.query(`CREATE TRIGGER step AFTER UPDATE ON search_position
    BEGIN INSERT INTO steps VALUES (new."offset"); END`)
  await store.append(
    contents.map((content) => newEntry({ content })),
    '2024-01-01T12:00:00.000Z',
  )
  const query = { text: 'word', chat: undefined, before: undefined, limit: 1_000 }
  expect(await store.search(query)).toHaveLength(contents.length)
  return (await database.query('SELECT at FROM steps ORDER BY at')).map(({ at }) => Number(at))
}

test('the index is built in steps of 200 offsets', async () => {
  expect(await stepsOver(Array.from({ length: 450 }, () => 'word'))).toEqual([200, 400, 450])
})

test('a step of the index has no more long messages than a read', async () => {
  const long = `word ${'x'.repeat(60_000)}`
  expect(await stepsOver(Array.from({ length: 12 }, () => long))).toEqual([5, 10, 12])
})
