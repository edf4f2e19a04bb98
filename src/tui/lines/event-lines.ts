import type { ChatClient } from '../../client/chat-client.ts'
import type { Chat } from '../../protocol/chat.ts'
import type { MessagePayload } from '../../protocol/payloads.ts'
import { chatLabel } from '../chat-label.ts'
import { timeOfDay } from '../pane/time-of-day.ts'
import { sanitizeLine } from '../sanitize.ts'
import { describeConnection } from '../screen/connection-text.ts'

/** More users are counted, not named, when the connection is greeted. */
const MAX_NAMED = 20

/**
 * Writes what `client` hears as lines for people, of all chats, each without its line end and
 * without anything that could control a terminal.
 */
export function writeEventLines(client: ChatClient, writeLine: (line: string) => void): void {
  const write = (line: string) => writeLine(sanitizeLine(line))
  const said = (chat: Chat, { sender_id, content, created_at }: Said) =>
    write(`${timeOfDay(created_at)} ${chatLabel(chat)} <${sender_id}> ${content}`)

  client.on('status', (status) => {
    if (status.state === 'waiting') write(`* ${describeConnection(status, status.delayMs)}`)
  })
  client.on('established', ({ online }) => {
    write(`* connected as user ${client.userId}; online: ${nameUsers(online)}`)
  })
  client.on('presence', ({ userId, isOnline }) => {
    write(`* ${userId} is ${isOnline ? 'online' : 'offline'}`)
  })
  client.on('frame', (frame) => {
    if (frame.type === 'ANNOUNCEMENT') write(`* announcement: ${frame.text}`)
  })
  client.on('message', (payload) => said({ kind: 'chat', id: payload.chat_id }, payload))
  client.on('supportMessage', (payload) =>
    said({ kind: 'support', id: payload.support_chat_id }, payload),
  )
}

type Said = Pick<MessagePayload, 'sender_id' | 'content' | 'created_at'>

function nameUsers(ids: readonly number[]): string {
  const named = ids.slice(0, MAX_NAMED).join(', ')
  return ids.length > MAX_NAMED ? `${named} and ${ids.length - MAX_NAMED} more` : named
}
