import type { QueuedChat } from '../protocol/questions.ts'
import type { Ack } from '../protocol/server-frames.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { handled } from './handled.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** The open support chats, and what agents do about them. */
export interface ShownQueue {
  /** Those that wait longest first. */
  readonly chats: readonly QueuedChat[]
  readonly status: AskedStatus
  /** Why it could not be read; FORBIDDEN for who is no agent. */
  readonly error: Error | undefined
  /** Gives a chat to an agent, or to nobody. What is refused rejects; nobody need listen. */
  readonly assign: (id: number, agent: number | null) => Promise<Ack>
  readonly close: (id: number) => Promise<Ack>
  readonly reopen: (id: number) => Promise<Ack>
  readonly reload: () => void
}

/** So long it waits for more news before it asks what they have come to. */
const PAUSE_MS = 250

/** The queue of the support desk as it is now: the server says who waits, and since when. */
export class SupportDesk {
  readonly shown: Readable<ShownQueue>
  readonly #asked: Asked
  #chats: readonly QueuedChat[] = []
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor({ client }: ChatView) {
    const asked = new Asked(client, async () => {
      this.#chats = (await client.supportQueue()).chats
    })
    this.#asked = asked
    const update = client.updateSupportChat
    const does = {
      assign: (support_chat_id: number, assignee: number | null) =>
        handled(update({ support_chat_id, assignee })),
      close: (support_chat_id: number) => handled(update({ support_chat_id, status: 'closed' })),
      reopen: (support_chat_id: number) => handled(update({ support_chat_id, status: 'open' })),
      reload: asked.reload,
    }
    const look = (): ShownQueue => {
      const { status, error } = asked
      return { chats: this.#chats, status, error, ...does }
    }
    this.shown = whileRead(derive([asked], look(), look), () => {
      const done = asked.want()
      const ends = [
        client.on('supportMessage', this.#changed),
        client.on('supportChat', this.#changed),
      ]
      return () => {
        clearTimeout(this.#pause)
        this.#pause = undefined
        for (const end of ends) end()
        done()
      }
    })
  }

  /** Something has happened to a chat; who has no queue need not ask. */
  readonly #changed = (): void => {
    if (this.#asked.status !== 'ready') return
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined
      this.#asked.reload()
    }, PAUSE_MS)
  }
}
