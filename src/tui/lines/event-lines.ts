import type { ChatClient } from '../../client/chat-client.ts'
import { sanitizeLine } from '../sanitize.ts'
import { describeConnection } from '../screen/connection-text.ts'
import { messageLine } from './message-line.ts'

/** More users are counted, not named, when the connection is greeted. */
const MAX_NAMED = 20

/**
 * Writes what `client` hears as lines for people, of all chats, each without its line end and
 * without anything that could control a terminal.
 */
export function writeEventLines(client: ChatClient, writeLine: (line: string) => void): void {
  const write = (line: string) => writeLine(sanitizeLine(line))

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
  client.on('message', (payload) => writeLine(messageLine(payload)))
  client.on('supportMessage', (payload) => writeLine(messageLine(payload)))
}

function nameUsers(ids: readonly number[]): string {
  const named = ids.slice(0, MAX_NAMED).join(', ')
  return ids.length > MAX_NAMED ? `${named} and ${ids.length - MAX_NAMED} more` : named
}
