import type { ChatClient } from '../../client/chat-client.ts'
import { messageOf } from '../../protocol/chat.ts'
import { sanitizeLine } from '../sanitize.ts'
import { describeConnection } from '../screen/connection-text.ts'
import { messageLine } from './message-line.ts'

/** What becomes of messages, as lines that name each by its id. */
export function writeChangeLines(client: ChatClient, writeLine: (line: string) => void): void {
  const write = (line: string) => writeLine(sanitizeLine(line))

  client.on('edited', ({ id, content }) => write(`* message #${id} is now: ${content}`))
  client.on('deleted', ({ id }) => write(`* message #${id} was deleted`))
  client.on('reaction', (reaction) => {
    const { userId, emoji, removed } = reaction
    const does = removed ? 'takes back' : 'reacts with'
    write(`* ${userId} ${does} ${emoji} to message #${messageOf(reaction).id}`)
  })
}

/** More users are counted, not named, when the connection is greeted. */
const MAX_NAMED = 20

/**
 * Writes what `client` hears as lines for people, of all chats, each without its line end and
 * without anything that could control a terminal.
 */
export function writeEventLines(
  client: ChatClient,
  writeLine: (line: string) => void,
  { hasIds = false }: { readonly hasIds?: boolean } = {},
): void {
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
  client.on('message', (payload) => writeLine(messageLine(payload, hasIds)))
  client.on('supportMessage', (payload) => writeLine(messageLine(payload, hasIds)))
}

function nameUsers(ids: readonly number[]): string {
  const named = ids.slice(0, MAX_NAMED).join(', ')
  return ids.length > MAX_NAMED ? `${named} and ${ids.length - MAX_NAMED} more` : named
}
