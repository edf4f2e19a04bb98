import { isPending, parseMarkup, type ShownMessage } from '../../react/react.ts'
import type { Words } from '../i18n/en.ts'
import { withoutBidi } from '../text/bidi.ts'
import { plainText } from '../text/plain-text.ts'

/** How much of a message one line shows. */
const MAX_LENGTH = 160

/** A message in one line of plain text. */
export function previewOf(message: ShownMessage, words: Words): string {
  if (!isPending(message) && message.deleted_at !== undefined) return words.chats.deleted
  if (!isPending(message) && message.isBlocked) return words.messages.blocked
  const text = plainText(parseMarkup(withoutBidi(message.content.slice(0, MAX_LENGTH))))
  if (text !== '') return text
  return message.file_type?.startsWith('image/') ? words.chats.photo : words.chats.file
}
