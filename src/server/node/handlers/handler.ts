import type { Store } from '../../../storage/store.ts'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { Identity } from '../../auth/token-verifier.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { FanOut } from '../../delivery/fan-out.ts'
import type { Responder } from '../../delivery/responder.ts'
import type { Writer } from '../../log/writer.ts'
import type { PresenceAnnouncer } from '../../presence/announcer.ts'
import type { Receipts } from '../../presence/receipts.ts'
import type { TypingTracker } from '../../presence/typing.ts'

/** What a handler works with besides the frame. */
export interface HandlerContext {
  readonly store: Pick<
    Store,
    'readHistory' | 'readSupportQueue' | 'readClipped' | 'search' | 'cursors'
  >
  /** Stores entries; their sender gets an ACK once they are durable. */
  readonly writer: Pick<Writer<Connection>, 'submit'>
  readonly responder: Responder
  readonly fanOut: Pick<FanOut, 'subscribe'>
  readonly announcer: Pick<PresenceAnnouncer, 'setIdle' | 'list'>
  readonly receipts: Pick<Receipts, 'advance' | 'flush'>
  readonly typing: Pick<TypingTracker, 'set'>
  readonly authenticator: Pick<Authenticator, 'identify'>
  /** Users who work the support desk, whatever their role. */
  readonly agents: ReadonlySet<number>
}

/** Acts on one valid frame of a client. */
export type Handler<Frame> = (frame: Frame, sender: Connection, context: HandlerContext) => void

/** Whether a user works the support desk: by role, or because the server was told so. */
export function isAgent(
  { userId, role }: Identity,
  { agents }: Pick<HandlerContext, 'agents'>,
): boolean {
  return role !== 'user' || agents.has(userId)
}
