import type { Chat } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import type { Access } from '../access/access.ts'
import { mustRead } from '../access/must-read.ts'
import type { Viewer } from '../access/viewer.ts'
import { rightsOf } from '../node/handlers/handler.ts'
import type { RequestIdentity } from './request-identity.ts'

/** Who may read what, as it is asked over HTTP. */
export interface HttpAccess {
  readonly access: Access
  /** Users who work the support desk, whatever their role. */
  readonly agents: ReadonlySet<number>
}

/**
 * Who reads by a request; undefined is whoever has the admin token, and reads everything. Throws
 * INVALID_REQUEST where nobody said.
 */
export function viewerOf(
  identity: RequestIdentity | undefined,
  { agents }: HttpAccess,
): Viewer | undefined {
  const userId = identity?.userId
  if (userId !== undefined) return { userId, ...rightsOf({ ...identity!, userId }, { agents }) }
  if (identity?.role === 'admin') return undefined
  throw new ChatwsError('INVALID_REQUEST', 'userId: says who reads, and is required')
}

/**
 * What of a chat a request may read: messages above an offset, without those hidden from a user. Throws
 * NOT_FOUND where the chat does not exist for whoever asks.
 */
export async function readableOf(
  identity: RequestIdentity | undefined,
  chat: Chat,
  sources: HttpAccess,
): Promise<{ above: number; userId?: number }> {
  if (sources.access.mode === 'open') return { above: 0 }
  const viewer = viewerOf(identity, sources)
  if (!viewer) return { above: 0 }
  const above = await mustRead(sources.access, viewer, chat)
  return { above, userId: viewer.userId }
}
