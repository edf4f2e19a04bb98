import type { ClientFrames } from '../../../protocol/client-frames.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import type { Connection } from '../../delivery/connection.ts'
import { type AccessFrameType, accessDraft, needsAdmin, needsMembers } from '../access-drafts.ts'
import type { Handler, HandlerContext } from './handler.ts'
import { submit } from './submit.ts'

/** Submits what a frame about members, names or moderation asks for. */
export const handleAccessAct: Handler<ClientFrames[AccessFrameType]> = (frame, sender, context) => {
  const refuse = (message: string) =>
    context.responder.reply(sender, errorFrame('FORBIDDEN', message, { ref: frame.client_id }))
  const isOpen = context.access.mode === 'open'
  if (isOpen && needsMembers(frame))
    refuse(`${frame.type} needs a server with --access members: here everyone is everywhere`)
  else if (needsAdmin(frame, isOpen) && !sender.isAdmin)
    refuse(`Only admins do this: ${frame.type} without a chat is about the whole server`)
  else if (strangersIn(frame, sender, context).length > 0) reachOut(frame, sender, context)
  else submit(frame, { sender, context }, accessDraft(frame, sender.userId))
}

/** The users whom a frame brings into a chat, where it has to be asked whether its sender may. */
function strangersIn(
  frame: ClientFrames[AccessFrameType],
  { userId, isAdmin, isAgent }: Connection,
  { contact }: HandlerContext,
): readonly number[] {
  if (contact === 'all' || isAdmin || isAgent) return []
  const users = usersBroughtBy(frame)
  return users.filter((id) => id !== userId)
}

function usersBroughtBy(frame: ClientFrames[AccessFrameType]): readonly number[] {
  switch (frame.type) {
    case 'CREATE_CHAT':
      return frame.members ?? []
    case 'ADD_MEMBERS':
      return frame.users
    case 'DIRECT':
      return [frame.user]
    default:
      return []
  }
}

/** Submits a frame in its turn, if its sender shares a chat with all whom it brings into one. */
function reachOut(
  frame: ClientFrames[AccessFrameType],
  sender: Connection,
  context: HandlerContext,
): void {
  const users = strangersIn(frame, sender, context)
  const refuse = (code: 'FORBIDDEN' | 'STORAGE_UNAVAILABLE', message: string) =>
    context.responder.reply(sender, errorFrame(code, message, { ref: frame.client_id }))
  sender.inTurn(async () => {
    const { access } = context.store
    const sharing = await access.sharingWith(sender.userId, users).catch(() => undefined)
    const stranger = users.find((id) => !sharing?.includes(id))
    if (!sharing) refuse('STORAGE_UNAVAILABLE', 'It could not be done; try again later')
    // The same that is said where one has blocked the other.
    else if (stranger !== undefined)
      refuse('FORBIDDEN', `User ${stranger} cannot be added or written to by you`)
    else submit(frame, { sender, context }, accessDraft(frame, sender.userId))
  })
}
