import type { ChatClient } from '../../client/chat-client.ts'
import { messageOf } from '../../protocol/chat.ts'
import { chatLabel } from '../chat-label.ts'
import {
  describeBeginning,
  describeChatChange,
  describeMembersChange,
  describeRemoval,
  usersIn,
} from '../describe-changes.ts'
import { sanitizeLine } from '../sanitize.ts'
import { describeConnection } from '../screen/connection-text.ts'
import { messageLine } from './message-line.ts'
import type { NamedLines, NameOf } from './named-lines.ts'

/** What becomes of messages, as lines that name each by its id. */
export function writeChangeLines(client: ChatClient, lines: NamedLines): void {
  const write = (userIds: readonly number[], make: (nameOf: NameOf) => string) =>
    lines.write(userIds, (nameOf) => sanitizeLine(make(nameOf)))

  client.on('edited', ({ id, content }) => write([], () => `* message #${id} is now: ${content}`))
  client.on('deleted', ({ id, by }) => {
    if (by === undefined) write([], () => `* message #${id} was deleted`)
    else write([by], (nameOf) => `* message #${id} was deleted by ${nameOf(by)}`)
  })
  client.on('reaction', (reaction) => {
    const { userId, emoji, removed } = reaction
    const does = removed ? 'takes back' : 'reacts with'
    const { id } = messageOf(reaction)
    write([userId], (nameOf) => `* ${nameOf(userId)} ${does} ${emoji} to message #${id}`)
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
  lines: NamedLines,
  { hasIds = false }: { readonly hasIds?: boolean } = {},
): void {
  const write = (userIds: readonly number[], make: (nameOf: NameOf) => string) =>
    lines.write(userIds, (nameOf) => sanitizeLine(make(nameOf)))

  client.on('status', (status) => {
    if (status.state === 'waiting')
      write([], () => `* ${describeConnection(status, status.delayMs)}`)
  })
  client.on('established', ({ online }) => {
    const named = online.slice(0, MAX_NAMED)
    write([client.userId, ...named], (nameOf) => {
      const rest = online.length > MAX_NAMED ? ` and ${online.length - MAX_NAMED} more` : ''
      const name = nameOf(client.userId)
      const own = name === String(client.userId) ? '' : ` (${name})`
      const here = `${named.map(nameOf).join(', ')}${rest}`
      return `* connected as user ${client.userId}${own}; online: ${here}`
    })
  })
  client.on('presence', ({ userId, isOnline }) => {
    write([userId], (nameOf) => `* ${nameOf(userId)} is ${isOnline ? 'online' : 'offline'}`)
  })
  client.on('frame', (frame) => {
    if (frame.type === 'ANNOUNCEMENT') write([], () => `* announcement: ${frame.text}`)
  })
  client.on('membersChanged', (change) => {
    const label = chatLabel({ kind: 'chat', id: change.chat_id })
    const isOwn = change.removed?.includes(client.userId) ?? false
    write(usersIn(change), (nameOf) =>
      isOwn
        ? `* ${describeRemoval(change, label, nameOf)}`
        : `* ${label}: ${describeMembersChange(change, nameOf)}`,
    )
  })
  client.on('chatChanged', (change) => {
    const label = chatLabel({ kind: 'chat', id: change.chat.chat_id })
    const isOther = change.by !== client.userId
    write([change.by].filter(Boolean), (nameOf) => {
      const isBegun = change.added !== undefined && isOther
      const what = isBegun ? describeBeginning(change, nameOf) : describeChatChange(change, nameOf)
      return `* ${label}: ${what}`
    })
  })
  for (const event of ['message', 'supportMessage'] as const)
    client.on(event, (payload) =>
      write([payload.sender_id], (nameOf) => messageLine(payload, nameOf, hasIds)),
    )
}
