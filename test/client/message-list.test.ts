import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Conversation } from '../../src/client/conversation.ts'
import type { KnownMessage } from '../../src/client/known-message.ts'
import { messagePayload, ToldEvents } from './told-events.ts'

const chat = { chat_id: 1 }

/** One entry of a log; `target` is reduced to one of the messages there are. */
const step = fc.oneof(
  fc.constant({ type: 'message' } as const),
  fc.record({ type: fc.constant('edit' as const), target: fc.nat() }),
  fc.record({ type: fc.constant('delete' as const), target: fc.nat() }),
  fc.record({
    type: fc.constant('react' as const),
    target: fc.nat(),
    userId: fc.integer({ min: 1, max: 3 }),
    emoji: fc.constantFrom('👍', '🎉'),
  }),
)

/** A log as its events, and the chat as the server holds it after each of them. */
function runLog(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) {
  const events: ((client: ToldEvents) => void)[] = []
  const conversation = new Conversation()
  const server = new ToldEvents()
  conversation.attach(server)
  const states: (readonly KnownMessage[])[] = [[]]
  let count = 0
  for (const [i, one] of steps.entries()) {
    const id = count > 0 && 'target' in one ? 1 + (one.target % count) : 0
    const message = conversation.message(chat, id)
    const time = new Date(Date.UTC(2024) + i).toISOString()
    let event: ((client: ToldEvents) => void) | undefined
    if (one.type === 'message') {
      count += 1
      const payload = { content: 'a', offset: i + 1 }
      const messageId = count
      event = (client) => client.message(messageId, payload)
    } else if (message && message.deleted_at === undefined) {
      if (one.type === 'edit') event = (client) => client.edit(id, `edited ${i}`, time)
      if (one.type === 'delete') event = (client) => client.delete(id)
      if (one.type === 'react') {
        const given = message.reactions.find(({ emoji }) => emoji === one.emoji)?.userIds ?? []
        const removed = given.includes(one.userId)
        event = (client) => client.react(id, one.userId, one.emoji, removed)
      }
    }
    if (!event) continue
    events.push(event)
    event(server)
    states.push(conversation.messages(chat))
  }
  return { events, states }
}

/** The server's page of everything, as of one state. */
function tellPage(client: ToldEvents, state: readonly KnownMessage[]): void {
  client.page(
    state.map(({ reactions, ...message }) =>
      messagePayload(message.id, {
        ...message,
        reactions: reactions.map(({ emoji, userIds }) => ({ emoji, userIds: [...userIds] })),
      }),
    ),
  )
}

/** In which order emoji stand is left open. */
function sorted(messages: readonly KnownMessage[]): unknown {
  return messages.map(({ reactions, ...message }) => ({
    ...message,
    reactions: [...reactions].sort((a, b) => (a.emoji < b.emoji ? -1 : 1)),
  }))
}

it('a page read at any time, before or after what was told, ends in the same messages', () => {
  const log = fc.array(step, { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(log, fc.nat(), fc.nat(), fc.nat(), (steps, start, told, lead) => {
      const { events, states } = runLog(steps)
      // The client follows from `from` on; the page comes after `at` events and is of any age
      // that the client has not been told past: older ones it could not have asked for.
      const from = start % (events.length + 1)
      const at = from + (told % (events.length - from + 1))
      const readAt = from + (lead % (events.length - from + 1))
      const conversation = new Conversation()
      const client = new ToldEvents()
      conversation.attach(client)
      for (const event of events.slice(from, at)) event(client)
      tellPage(client, states[readAt]!)
      for (const event of events.slice(at)) event(client)
      expect(sorted(conversation.messages(chat))).toEqual(sorted(states.at(-1)!))
    }),
    { numRuns: 300 },
  )
})
