import { describe, expect, it } from 'vitest'
import { MemoryDatabase } from '../../../src/storage/memory/database.ts'
import { describeLogContract } from '../log-contract.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

describe('the log in memory', () => {
  describeLogContract(async () => TestDatabase.of(new MemoryDatabase()))

  it('says of itself that it keeps nothing', () => {
    expect(new MemoryDatabase().isDurable).toBe(false)
  })

  it('lets others have a turn for every few long messages that are searched', async () => {
    const store = await new MemoryDatabase().open()
    const long = newEntry({ content: 'x'.repeat(60_000) })
    await store.append(
      Array.from({ length: 60 }, () => long),
      '2024-01-01T12:00:00.000Z',
    )
    let isDone = false
    let turns = 0
    const count = () => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await store.search({ text: 'word', chat: undefined, before: undefined, limit: 10 })
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(20)
  })
})
