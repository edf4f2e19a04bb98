import { describe } from 'vitest'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { describeConversationContract } from './conversation-contract.ts'
import { describeEntryContract } from './entry-contract.ts'
import { describeHistoryContract } from './history-contract.ts'
import { describeMaintenanceContract } from './maintenance-contract.ts'
import { describeReadersContract } from './readers-contract.ts'
import { describeStoreContract } from './store-contract.ts'
import { TestDatabase } from './test-database.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe.skipIf(reason)(`the log in PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeStoreContract(() => TestDatabase.postgresql())
  describeEntryContract(() => TestDatabase.postgresql())
  describeHistoryContract(() => TestDatabase.postgresql())
  describeConversationContract(() => TestDatabase.postgresql())
  describeReadersContract(() => TestDatabase.postgresql())
  describeMaintenanceContract(() => TestDatabase.postgresql())
})
