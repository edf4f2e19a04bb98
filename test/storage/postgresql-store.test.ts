import { describe } from 'vitest'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { describeEntryContract } from './entry-contract.ts'
import { describeHistoryContract } from './history-contract.ts'
import { describeMaintenanceContract } from './maintenance-contract.ts'
import { describeStoreContract } from './store-contract.ts'
import { TestDatabase } from './test-database.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe.skipIf(reason)(`the log in PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeStoreContract(() => TestDatabase.postgresql())
  describeEntryContract(() => TestDatabase.postgresql())
  describeHistoryContract(() => TestDatabase.postgresql())
  describeMaintenanceContract(() => TestDatabase.postgresql())
})
