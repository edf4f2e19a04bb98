import { messageOf } from '../../../protocol/chat.ts'
import type { Delete, Edit, React } from '../../../protocol/client-frames.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { Handler } from './handler.ts'

/** Submits a new content for an own message to the log. */
export const handleEdit: Handler<Edit> = (frame, sender, context) => {
  context.writer.submit({ type: 'edit', ...about(frame, sender), content: frame.content }, sender)
}

/** Submits that an own message is taken back. */
export const handleDelete: Handler<Delete> = (frame, sender, context) => {
  context.writer.submit({ type: 'deletion', ...about(frame, sender) }, sender)
}

/** Submits a reaction to a message, or that one is taken back. */
export const handleReact: Handler<React> = (frame, sender, context) => {
  const { emoji, remove = false } = frame
  context.writer.submit(
    { type: 'reaction', ...about(frame, sender), emoji, removed: remove },
    sender,
  )
}

function about(frame: Edit | Delete | React, sender: Connection) {
  const { kind, id } = messageOf(frame)
  return { kind, messageId: id, senderId: sender.userId, clientId: frame.client_id }
}
