import type { ChatCensus } from './chat-census.ts'
import type { PersonalRecords } from './personal-records.ts'
import type { Store } from './store.ts'

/** What a committed entry survives: the death of the process, or a power cut too. */
export type Durability = 'process' | 'full'

/** A kind of database: a folder of its own here, and a row in database-url.ts. */
export interface BackEnd {
  /** What its URLs begin with, before the colon. */
  readonly schemes: readonly string[]
  /** Such a URL, for whoever gave one that nobody knows. */
  readonly example: string
  /** The database that a URL with one of the schemes names; undefined where it names none. */
  parse(url: string): Database | undefined
}

/** A database that a URL names, whether it is there yet or not. Nothing is loaded until it is used. */
export type Database = DurableDatabase | VolatileDatabase

/** The log of a database that stays, and what whoever looks after it asks beside. */
export interface DurableStore extends Store {
  readonly personal: PersonalRecords
  readonly census: ChatCensus
}

interface Named {
  /** The name of its back end, for programs. */
  readonly provider: string
  /** Where it is, in words fit for a log: no password. */
  readonly description: string
  /** Opens its log, creating or migrating the database first. The caller closes the store. */
  open(durability: Durability): Promise<Store>
}

/** A database that is gone when the process ends that opened it. */
export interface VolatileDatabase extends Named {
  readonly isDurable: false
}

/** A database that stays, and has to be looked after. */
export interface DurableDatabase extends Named {
  readonly isDurable: true
  open(durability: Durability): Promise<DurableStore>
  /** The name of its back end, for people. */
  readonly providerName: string
  /** The folder that it fills; undefined where that is not of this machine. */
  readonly folder: string | undefined
  /** Brings it up to date, and returns the names of the migrations that it lacked. */
  migrate(): Promise<string[]>
  /** Looks at it without changing it. Throws DATABASE_UNAVAILABLE when it cannot be reached. */
  readStatus(): Promise<DatabaseStatus>
  /**
   * Copies it as it is at one moment, while servers go on. The file `target` appears only when the
   * copy is whole. Throws OUTPUT_FAILED, and USAGE where its back end has a tool of its own.
   *
   * @param onBegin called when the copying begins, which may take long
   */
  backup(target: string, onBegin: () => void): Promise<Backup>
  /**
   * Replaces it by a copy of a backup, as a history of its own, unless anybody has it open. Throws
   * OUTPUT_FAILED, DATABASE_UNAVAILABLE, DATABASE_INCOMPATIBLE, and USAGE where its back end has a
   * tool of its own.
   *
   * @param onBegin called when the copying begins, which may take long
   */
  restore(backup: string, onBegin: () => void): Promise<Restored>
}

/** What a backup holds. */
export interface Backup {
  readonly sizeBytes: number
  readonly lastOffset: number
}

/** What a database holds after a backup was restored. */
export interface Restored extends Backup {
  readonly epoch: string
}

/** What a database holds. */
export interface DatabaseStatus {
  readonly provider: string
  /** Whether there is one: the file of an SQLite database comes with its first server. */
  readonly exists: boolean
  readonly sizeBytes: number | undefined
  readonly appliedMigrations: readonly string[]
  readonly pendingMigrations: readonly string[]
  /** Why this version cannot use it. */
  readonly problem: string | undefined
  /** Undefined before the first migration. */
  readonly log: { readonly epoch: string; readonly lastOffset: number } | undefined
  readonly messages: Readonly<Record<'chat' | 'support', MessagesStatus>> | undefined
  /** When the newest message was stored. */
  readonly newestAt: Date | undefined
  readonly uploads: UploadsStatus | undefined
  /** The database's own clock; of PostgreSQL. */
  readonly clock: Date | undefined
  /** How long the first answer took. */
  readonly answerMs: number
}

/** The messages of one kind. */
export interface MessagesStatus {
  readonly count: number
  /** Offsets of the oldest and the newest that are kept; undefined where there is none. */
  readonly firstOffset: number | undefined
  readonly lastOffset: number | undefined
}

export interface UploadsStatus {
  readonly count: number
  readonly sizeBytes: number
  /** How many of them no message names. */
  readonly unused: number
}
