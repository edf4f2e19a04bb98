import { describe, expect, it } from 'vitest'
import { MemoryDatabase } from '../../../src/storage/memory/database.ts'
import { describeLogContract } from '../log-contract.ts'
import { TestDatabase } from '../test-database.ts'

describe('the log in memory', () => {
  describeLogContract(async () => TestDatabase.of(new MemoryDatabase()))

  it('says of itself that it keeps nothing', () => {
    expect(new MemoryDatabase().isDurable).toBe(false)
  })
})
