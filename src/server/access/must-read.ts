import type { Chat } from '../../protocol/chat.ts'
import { ChatwsError } from '../../protocol/error.ts'
import type { Access } from './access.ts'
import type { Viewer } from './viewer.ts'

/**
 * The offset above which a viewer may read a chat. Throws NOT_FOUND where there is none for the viewer, as
 * for a chat that never was.
 */
export async function mustRead(
  access: Pick<Access, 'readsAbove'>,
  viewer: Viewer,
  chat: Chat,
): Promise<number> {
  const above = await access.readsAbove(viewer, chat)
  if (above === undefined)
    throw new ChatwsError(
      'NOT_FOUND',
      `There is no ${chat.kind === 'chat' ? 'chat' : 'support chat'} ${chat.id}`,
    )
  return above
}
