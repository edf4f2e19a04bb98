import type { OutboxStore, SavedSend } from '../../react/react.ts'

/** What is kept of a message: its place in the order, and the message. */
interface Kept {
  readonly place: number
  readonly send: SavedSend
}

const PREFIX = 'chatws.outbox.'

/**
 * Keeps what one user sends until it is stored, where the user's session is kept: for a tab, or for the
 * device. What is put is kept before `put` returns, so that a reload at any time finds it.
 */
export function outboxStorage(storage: Storage, userId: number): OutboxStore {
  const prefix = `${PREFIX}${userId}.`
  const read = (key: string): Kept | undefined => {
    try {
      return JSON.parse(storage.getItem(key) ?? '') as Kept
    } catch {
      return undefined
    }
  }
  return {
    load: () =>
      keysIn(storage, prefix)
        .map(read)
        .filter((kept) => kept !== undefined)
        .sort((a, b) => a.place - b.place)
        .map(({ send }) => send),
    put(send) {
      const key = prefix + send.message.clientId
      const kept: Kept = { place: read(key)?.place ?? nextPlace(), send }
      try {
        storage.setItem(key, JSON.stringify(kept))
      } catch {
        // There is no room for it: it is sent all the same, and only a reload would lose it.
      }
    },
    remove: (clientId) => storage.removeItem(prefix + clientId),
  }
}

/** What drafts are named by. */
const DRAFTS = 'chatws draft '

/** Forgets what anyone has written and not sent: nobody else who uses the browser is to find it. */
export function clearKept(): void {
  for (const storage of [sessionStorage, localStorage])
    for (const prefix of [PREFIX, DRAFTS])
      for (const key of keysIn(storage, prefix)) storage.removeItem(key)
}

let lastPlace = 0

/** Later than every place before, in this tab and in those that were closed. */
function nextPlace(): number {
  lastPlace = Math.max(lastPlace + 1, Date.now())
  return lastPlace
}

function keysIn(storage: Storage, prefix: string): string[] {
  return Object.keys(storage).filter((key) => key.startsWith(prefix))
}
