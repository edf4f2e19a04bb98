import { describe } from 'vitest'
import { POSTGRESQL_URL, whySkipped } from '../../support/services.ts'
import { describeDurableContract } from '../durable-contract.ts'
import { describeLogContract } from '../log-contract.ts'
import { TestDatabase } from '../test-database.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe.skipIf(reason)(`the log in PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeLogContract(() => TestDatabase.postgresql())
  describe('database', () => describeDurableContract(() => TestDatabase.postgresql()))
})
