import { describe } from 'vitest'
import { describeDurableContract } from '../durable-contract.ts'
import { describeLogContract } from '../log-contract.ts'
import { TestDatabase } from '../test-database.ts'

describe('the log in SQLite', () => {
  describeLogContract(async () => TestDatabase.sqlite())
  describe('database', () => describeDurableContract(async () => TestDatabase.sqlite()))
})
