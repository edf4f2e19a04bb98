import type { KnownThread } from '../client/known-threads.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** The threads that the user follows. */
export interface ShownThreads {
  /** Those with the newest replies first. */
  readonly threads: readonly KnownThread[]
  readonly totalUnread: number
  readonly status: AskedStatus
  readonly error: Error | undefined
  readonly reload: () => void
}

/** The followed threads of a view; asked for once a connection. */
export class ThreadRows {
  readonly shown: Readable<ShownThreads>

  constructor({ client, conversation }: ChatView) {
    const asked = new Asked(client, () => client.threads())
    const look = (): ShownThreads => {
      const threads = conversation.threads()
      const totalUnread = threads.reduce((sum, { unread }) => sum + unread, 0)
      const { status, error, reload } = asked
      return { threads, totalUnread, status, error, reload }
    }
    /** Those that were asked for because the message they begin with is not known. */
    const missed = new Set<string>()
    const askForMissed = () => {
      const keys = conversation
        .threads()
        .filter(({ root }) => root === undefined)
        .map(({ chat, rootId }) => `${chat.kind} ${chat.id} ${rootId}`)
        .filter((key) => !missed.has(key))
      for (const key of keys) missed.add(key)
      if (keys.length > 0 && asked.status === 'ready') asked.reload()
    }
    this.shown = whileRead(derive([conversation, asked], look(), look), () => {
      const ends = [asked.want(), conversation.subscribe(askForMissed)]
      return () => {
        for (const end of ends) end()
      }
    })
  }
}
