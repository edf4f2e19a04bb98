import { messageOf } from '../../../protocol/chat.ts'
import type { Delete, Edit, React } from '../../../protocol/client-frames.ts'
import type { Handler } from './handler.ts'
import { submit } from './submit.ts'

/** Submits a new content, and perhaps other mentions, for an own message to the log. */
export const handleEdit: Handler<Edit> = (frame, sender, context) => {
  const { content } = frame
  const mentions = frame.mentions && [...new Set(frame.mentions)]
  submit(frame, { sender, context }, { type: 'edit', ...about(frame), content, mentions })
}

/** Submits that an own message is taken back. */
export const handleDelete: Handler<Delete> = (frame, sender, context) => {
  submit(frame, { sender, context }, { type: 'deletion', ...about(frame) })
}

/** Submits a reaction to a message, or that one is taken back. */
export const handleReact: Handler<React> = (frame, sender, context) => {
  const { emoji, remove = false } = frame
  submit(
    frame,
    { sender, context },
    {
      type: 'reaction',
      ...about(frame),
      emoji,
      removed: remove,
    },
  )
}

function about(frame: Edit | Delete | React) {
  const { kind, id } = messageOf(frame)
  return { kind, messageId: id }
}
