import type { Chat } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import type { Access } from '../access/access.ts'
import { NO_GRANTS, type Viewer } from '../access/viewer.ts'
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
  if (userId !== undefined)
    return {
      userId,
      isAgent: identity!.role !== 'user' || agents.has(userId),
      isAdmin: identity!.role === 'admin',
      granted: identity!.granted ?? NO_GRANTS,
    }
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
  const above = await sources.access.readsAbove(viewer, chat)
  if (above === undefined)
    throw new ChatwsError(
      'NOT_FOUND',
      `There is no ${chat.kind === 'chat' ? 'chat' : 'support chat'} ${chat.id}`,
    )
  return { above, userId: viewer.userId }
}
