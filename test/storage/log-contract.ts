import { describe } from 'vitest'
import { describeAccessContract } from './access-contract.ts'
import { describeConversationContract } from './conversation-contract.ts'
import { describeEntryContract } from './entry-contract.ts'
import { describeGrantsContract } from './grants-contract.ts'
import { describeHistoryContract } from './history-contract.ts'
import { describeMaintenanceContract } from './maintenance-contract.ts'
import { describeModerationContract } from './moderation-contract.ts'
import { describePartsContract } from './parts-contract.ts'
import { describeReadersContract } from './readers-contract.ts'
import { describeReadingContract } from './reading-contract.ts'
import { describeRepeatsContract } from './repeats-contract.ts'
import { describeSanctionsContract } from './sanctions-contract.ts'
import { describeStoreContract } from './store-contract.ts'
import type { TestDatabase } from './test-database.ts'
import { describeTwinContract } from './twin-contract.ts'

/** Each in a block of its own: otherwise a test would get the databases of all of them. */
const CONTRACTS = {
  order: describeStoreContract,
  entries: describeEntryContract,
  history: describeHistoryContract,
  conversation: describeConversationContract,
  readers: describeReadersContract,
  access: describeAccessContract,
  grants: describeGrantsContract,
  moderation: describeModerationContract,
  sanctions: describeSanctionsContract,
  repeats: describeRepeatsContract,
  reading: describeReadingContract,
  parts: describePartsContract,
  maintenance: describeMaintenanceContract,
  twin: describeTwinContract,
}

/** All that a store promises, run against one kind of database. */
export function describeLogContract(createDatabase: () => Promise<TestDatabase>): void {
  for (const [name, describeContract] of Object.entries(CONTRACTS))
    describe(name, () => describeContract(createDatabase))
}
