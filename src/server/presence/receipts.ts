import type { Bus, BusEvents } from '../../bus/bus.ts'
import { type Chat, chatKey } from '../../protocol/chat.ts'
import type { ChatCursor, ChatCursors } from '../../storage/conversation.ts'
import type { Access } from '../access/access.ts'
import { placeInChat } from '../delivery/deliver-events.ts'
import type { FrameFilter } from '../frames/audience.ts'
import { WriteBehind } from '../log/write-behind.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { MovedReceipts } from './moved-receipts.ts'

/** Users in chats that are known to have a cursor; beyond that, all are asked for again. */
const MAX_KNOWN = 100_000

/** Cursors that one who resumes is told of; after a longer absence, those that moved last. */
const MAX_RESUMED = 10_000

export interface ReceiptsParts {
  readonly cursors: ChatCursors
  readonly bus: Bus
  readonly serverLog: Pick<ServerLog, 'failure'>
  readonly mode: Access['mode']
}

/**
 * How far users have come in chats. A cursor says "everything up to here", so of many moves of one
 * only the last is stored and told.
 */
export class Receipts {
  readonly #moves: WriteBehind<ChatCursor>
  /** User and chat → has a cursor already. */
  readonly #known = new Set<string>()
  readonly #moved: MovedReceipts

  constructor({ cursors, bus, serverLog, mode }: ReceiptsParts) {
    this.#moved = new MovedReceipts(
      (from) => cursors.movedSince(from, MAX_RESUMED),
      ({ chat, userId }) => placeInChat(mode, chat, userId),
    )
    bus.subscribe('receipt', (receipt) => this.#moved.add(receipt))
    this.#moves = new WriteBehind<ChatCursor>({
      write: async (moves) => {
        const moved = (await cursors.advance(moves)).filter(({ delivered }) => delivered > 0)
        for (const cursor of moved) bus.publish('receipt', receiptOf(cursor))
      },
      merge: (older, newer) => ({
        ...newer,
        delivered: Math.max(older.delivered, newer.delivered),
        read: Math.max(older.read, newer.read),
      }),
      onFailure: (error) => serverLog.failure('What users have read was not stored', error),
    })
  }

  /** A user has received, or even read, everything of a chat up to a message. */
  advance(
    userId: number,
    chat: Chat,
    { delivered, read }: { delivered: number; read: number },
  ): void {
    const cursor = { userId, kind: chat.kind, chatId: chat.id, delivered, read }
    this.#moves.put(cursorKey(userId, chat), cursor)
  }

  /** A user has written in a chat, which is one of the user's chats from then on. */
  noteWriter(userId: number, chat: Chat): void {
    const key = cursorKey(userId, chat)
    if (this.#known.has(key)) return
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.add(key)
    this.advance(userId, chat, { delivered: 0, read: 0 })
  }

  /**
   * The frames of the cursors that moved when the log stood at `offset` or later; it stands at
   * `newest` now, as far as is told and a filter lets them through.
   */
  since(
    { offset, newest }: { offset: number; newest: number },
    filter?: FrameFilter,
  ): Promise<Buffer[]> {
    return this.#moved.since({ offset, newest }, filter)
  }

  /** Resolves when what is known is stored. */
  flush(): Promise<void> {
    return this.#moves.flush()
  }
}

function receiptOf({ userId, kind, chatId, delivered, read }: ChatCursor): BusEvents['receipt'] {
  return { userId, chat: { kind, id: chatId }, delivered, read }
}

function cursorKey(userId: number, { kind, id }: Chat): string {
  return `${userId} ${chatKey(kind, id)}`
}
