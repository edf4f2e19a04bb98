import type { ChatKind } from '../protocol/chat.ts'

/** What is kept of a user, in the order in which it is exported. */
export const PERSONAL_SECTIONS = [
  ...(['profile', 'last_seen', 'memberships', 'standings', 'support_chats'] as const),
  ...(['messages', 'named_messages', 'support_messages', 'named_support_messages'] as const),
  ...(['events', 'named_events', 'reports', 'cursors', 'settings', 'follows'] as const),
  ...(['mentions', 'blocks', 'bans', 'acts', 'uploads'] as const),
]
export type PersonalSection = (typeof PERSONAL_SECTIONS)[number]

/** The values of a row's key: where a section is read on behind it. */
export type PersonalPlace = readonly (string | number)[]

/** One row that is kept of a user. */
export interface PersonalRecord {
  readonly place: PersonalPlace
  /** Column → value: ids as numbers, times as ISO 8601, JSON as what it says; without what is null. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** The tables from which a user's rows are simply deleted. */
export const PERSONAL_TABLES = [
  ...(['chat_cursors', 'chat_settings', 'thread_follows', 'mentions', 'last_seen'] as const),
]
export type PersonalTable = (typeof PERSONAL_TABLES)[number]

/** An event of the log, and what is left of what it says. */
export interface ScrubbedEvent {
  readonly offset: number
  readonly messageId: number
  readonly data: object
}

/** A report, and what is left of it. */
export interface ScrubbedReport {
  readonly id: number
  readonly reason: string
  readonly content: string
}

/**
 * What a database keeps of single users, to be exported and erased. Every call is a small step. All throw
 * STORAGE_UNAVAILABLE.
 */
export interface PersonalRecords {
  /** Up to `limit` rows of a section behind a place; from the beginning where it is undefined. */
  read(
    section: PersonalSection,
    userId: number,
    page: { readonly after: PersonalPlace | undefined; readonly limit: number },
  ): Promise<PersonalRecord[]>

  /** Deletes up to `limit` rows of a user; returns how many that were. */
  remove(table: PersonalTable, userId: number, limit: number): Promise<number>

  /** Deletes what a user gave to messages, though these are deleted. */
  removeReactions(
    userId: number,
    messages: readonly { readonly kind: ChatKind; readonly messageId: number }[],
  ): Promise<void>

  /** Takes out of events what they say of somebody. */
  scrubEvents(events: readonly ScrubbedEvent[]): Promise<void>
  scrubReports(reports: readonly ScrubbedReport[]): Promise<void>

  /** The event by which a report was made; undefined where it is gone. */
  findReportEvent(report: {
    readonly reporterId: number
    readonly kind: ChatKind
    readonly messageId: number
  }): Promise<{ offset: number; data: object } | undefined>

  /** The offsets, of `width` above one, at which others have named a user. */
  findNamings(userId: number, after: number, width: number): Promise<number[]>

  /** The member who takes the place of a chat's only owner; undefined where it has another, or none. */
  heirOf(chatId: number, userId: number): Promise<number | undefined>

  /** Files that no message names any more, so that a server removes them soon. */
  releaseUploads(names: readonly string[]): Promise<void>

  /** Resolves once nothing that was deleted can be found by its words any more. */
  forgetWords(): Promise<void>
}
