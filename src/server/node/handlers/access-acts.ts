import type { ClientFrames } from '../../../protocol/client-frames.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import { type AccessFrameType, accessDraft, needsAdmin, needsMembers } from '../access-drafts.ts'
import type { Handler } from './handler.ts'
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
  else submit(frame, { sender, context }, accessDraft(frame, sender.userId))
}
