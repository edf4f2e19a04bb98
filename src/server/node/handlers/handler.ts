import type { Store } from '../../../storage/store.ts'
import type { Access } from '../../access/access.ts'
import type { BanList } from '../../access/ban-list.ts'
import { NO_GRANTS, type Viewer } from '../../access/viewer.ts'
import type { Authenticator } from '../../auth/authenticator.ts'
import type { Identity } from '../../auth/token-verifier.ts'
import type { Origin } from '../../delivery/broadcaster.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { FanOut } from '../../delivery/fan-out.ts'
import type { Responder } from '../../delivery/responder.ts'
import type { Writer } from '../../log/writer.ts'
import type { PresenceAnnouncer } from '../../presence/announcer.ts'
import type { Receipts } from '../../presence/receipts.ts'
import type { ThreadCursors } from '../../presence/thread-cursors.ts'
import type { TypingTracker } from '../../presence/typing.ts'

/** What a handler works with besides the frame. */
export interface HandlerContext {
  readonly store: Pick<
    Store,
    'readHistory' | 'readSupportQueue' | 'readClipped' | 'search' | 'cursors' | 'access'
  >
  /** Who may read and do what. */
  readonly access: Access
  readonly bans: Pick<BanList, 'refusalOf'>
  /** Stores entries; their sender gets an ACK once they are durable. */
  readonly writer: Pick<Writer<Origin>, 'submit'>
  readonly responder: Responder
  readonly fanOut: Pick<FanOut, 'subscribe'>
  readonly announcer: Pick<PresenceAnnouncer, 'setIdle' | 'list'>
  readonly receipts: Pick<Receipts, 'advance' | 'flush'>
  readonly typing: Pick<TypingTracker, 'set'>
  readonly threads: Pick<ThreadCursors, 'advance' | 'flush'>
  readonly authenticator: Pick<Authenticator, 'identify'>
  /** Users who work the support desk, whatever their role. */
  readonly agents: ReadonlySet<number>
  /** Whom users may add to chats and write to first: everyone, or those they share a chat with. */
  readonly contact: 'all' | 'shared'
}

/** Acts on one valid frame of a client. */
export type Handler<Frame> = (frame: Frame, sender: Connection, context: HandlerContext) => void

/** What a user may do beside what everyone may: by token, or because the server was told so. */
export function rightsOf(
  { userId, role, granted, issuedAtMs }: Omit<Identity, 'expiresAtMs' | 'name'>,
  { agents }: Pick<HandlerContext, 'agents'>,
): Omit<Viewer, 'userId'> {
  return {
    isAgent: role !== 'user' || agents.has(userId),
    isAdmin: role === 'admin',
    ...{ granted: granted ?? NO_GRANTS, issuedAtMs },
  }
}
