import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChatwsError } from '../../src/protocol/error.ts'
import type {
  LogEntry,
  MessageEntry,
  NewEntry,
  NewMessageEntry,
} from '../../src/storage/entries.ts'
import type { Appended, Outcome, Store } from '../../src/storage/store.ts'

/** A message that was appended. */
export interface AppendedMessage extends Appended {
  readonly entry: MessageEntry
}

/** Appends messages of which none may be refused. */
export async function appendMessages(
  store: Pick<Store, 'append'>,
  entries: readonly NewMessageEntry[],
  createdAt: string,
): Promise<AppendedMessage[]> {
  return messagesOf(await store.append(entries, createdAt))
}

/** The same as the contract tells callers to. */
export async function appendWithRetries(
  store: Store,
  entries: readonly NewMessageEntry[],
  createdAt: string,
): Promise<AppendedMessage[]> {
  return messagesOf(await appendPatiently(store, entries, createdAt))
}

/** Appends as the contract tells callers to: an error that may pass is tried again, 200 times. */
export async function appendPatiently(
  store: Store,
  entries: readonly NewEntry[],
  createdAt: string,
): Promise<Outcome[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.append(entries, createdAt)
    } catch (error) {
      const mayPass = error instanceof ChatwsError && error.code === 'STORAGE_UNAVAILABLE'
      if (!mayPass || attempt === 200) throw error
      await nextTurn()
    }
  }
}

/** Reads a log in which there are only messages. */
export async function readMessages(
  store: Pick<Store, 'readAfter'>,
  offset: number,
  limit: number,
): Promise<MessageEntry[]> {
  return (await store.readAfter(offset, limit)).map(asMessage)
}

/** The outcomes, all of which must be messages. */
export function messagesOf(outcomes: readonly Outcome[]): AppendedMessage[] {
  return outcomes.map((outcome) => {
    if ('refused' in outcome) throw new Error(`refused: ${outcome.reason}`)
    return { ...outcome, entry: asMessage(outcome.entry) }
  })
}

function asMessage(entry: LogEntry): MessageEntry {
  if (entry.type !== 'message') throw new Error(`${entry.type} at ${entry.offset}, not a message`)
  return entry
}
