import { describe } from 'vitest'
import { describeConversationContract } from './conversation-contract.ts'
import { describeEntryContract } from './entry-contract.ts'
import { describeHistoryContract } from './history-contract.ts'
import { describeMaintenanceContract } from './maintenance-contract.ts'
import { describeReadersContract } from './readers-contract.ts'
import { describeStoreContract } from './store-contract.ts'
import { TestDatabase } from './test-database.ts'

describe('the log in SQLite', () => {
  describeStoreContract(async () => TestDatabase.sqlite())
  describeEntryContract(async () => TestDatabase.sqlite())
  describeHistoryContract(async () => TestDatabase.sqlite())
  describeConversationContract(async () => TestDatabase.sqlite())
  describeReadersContract(async () => TestDatabase.sqlite())
  describeMaintenanceContract(async () => TestDatabase.sqlite())
})
