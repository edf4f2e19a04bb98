import type { KnownMessage } from '../../client/known-message.ts'
import { type ChatRef, chatOf } from '../../protocol/chat.ts'
import { chatLabel } from '../chat-label.ts'
import { describeFiles } from '../pane/describe-files.ts'
import { timeOfDay } from '../pane/time-of-day.ts'
import { sanitizeLine } from '../sanitize.ts'
import type { NameOf } from './named-lines.ts'

/** What is told of a message: as it was sent, or with its chat as it is known. */
export type ToldMessage = ChatRef & Omit<KnownMessage, 'reactions'>

/**
 * A message as one line for people, without anything that could control a terminal.
 * @param hasId whether its id is told, for commands that take one
 */
export function messageLine(message: ToldMessage, nameOf: NameOf, hasId = false): string {
  const { created_at, sender_id, content, deleted_at } = message
  const files = describeFiles(message)
  const said = [content, ...files.map((file) => `[${file}]`)].join(' ')
  const text = deleted_at === undefined ? said : '(deleted)'
  const label = chatLabel(chatOf(message))
  return sanitizeLine(
    `${timeOfDay(created_at)} ${label} <${nameOf(sender_id)}> ${text}${hasId ? ` (#${message.id})` : ''}`,
  )
}
