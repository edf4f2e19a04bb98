import type { Ack } from '../protocol/server-frames.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { handled } from './handled.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** Whom the user has blocked. */
export interface ShownBlocks {
  readonly blocked: ReadonlySet<number>
  readonly status: AskedStatus
  readonly error: Error | undefined
  /** What is refused rejects; nobody need listen. */
  readonly block: (user: number) => Promise<Ack>
  readonly unblock: (user: number) => Promise<Ack>
  readonly reload: () => void
}

/** The blocked users of a view; asked for once a connection. */
export class Blocks {
  readonly shown: Readable<ShownBlocks>

  constructor({ client, conversation }: ChatView) {
    const asked = new Asked(client, () => client.blocked())
    const does = {
      block: (user: number) => handled(client.block(user)),
      unblock: (user: number) => handled(client.unblock(user)),
      reload: asked.reload,
    }
    const look = (): ShownBlocks => {
      const { status, error } = asked
      return { blocked: conversation.blocked(), status, error, ...does }
    }
    this.shown = whileRead(derive([conversation, asked], look(), look), () => asked.want())
  }
}
