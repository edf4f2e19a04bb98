import { describe } from 'vitest'
import { describeLogContract } from '../log-contract.ts'
import { TestDatabase } from '../test-database.ts'

describe('the log in SQLite', () => {
  describeLogContract(async () => TestDatabase.sqlite())
})
