import { describe, expect, it } from 'vitest'
import type { KnownMessage } from '../../src/client/known-message.ts'
import type { PendingMessage } from '../../src/view/draft.ts'
import { Timeline, type TimelineItem } from '../../src/view/timeline.ts'

/** A message of a user at a minute of 31 May, in UTC. */
function at(id: number, minute: number, sender_id = 2): KnownMessage {
  const created_at = new Date(Date.UTC(2024, 4, 31, 0, minute)).toISOString()
  return { id, sender_id, content: `text ${id}`, created_at, reactions: [], offset: id }
}

function pending(clientId: string, minute: number): PendingMessage {
  const { created_at } = at(0, minute)
  return { type: 'pending', clientId, sender_id: 1, content: 'own', created_at, state: 'sending' }
}

/** `day 2024-05-31`, `unread`, and messages as `[1]`, with the brackets at which a group ends. */
function drawn(items: readonly TimelineItem[]): string {
  const draw = (item: TimelineItem) => {
    if (item.type === 'day') return `day ${item.date}`
    if (item.type === 'unread') return 'unread'
    return `${item.isHead ? '[' : ''}${item.key}${item.isTail ? ']' : ''}`
  }
  return items.map(draw).join(' ')
}

const utc = () => new Timeline({ isUtc: true })

describe('a timeline', () => {
  it('groups what one user has written in a row', () => {
    const messages = [at(1, 0), at(2, 4), at(3, 10), at(4, 11, 3), at(5, 12)]
    expect(drawn(utc().update(messages, undefined))).toBe('day 2024-05-31 [1 2] [3] [4] [5]')
    expect(drawn(new Timeline({ isUtc: true, groupMs: 60_000 }).update(messages, undefined))).toBe(
      'day 2024-05-31 [1] [2] [3] [4] [5]',
    )
  })

  it('says where days begin, and what is unread', () => {
    const messages = [at(1, 0), at(2, 24 * 60 - 1), at(3, 24 * 60), at(4, 24 * 60 + 1)]
    expect(drawn(utc().update(messages, 4))).toBe(
      'day 2024-05-31 [1] [2] day 2024-06-01 [3] unread [4]',
    )
  })

  it('has days as the reader has them', () => {
    const early = at(1, 0)
    const local = new Date(early.created_at)
    const two = (part: number) => String(part).padStart(2, '0')
    const day = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`
    expect(drawn(new Timeline().update([early], undefined))).toBe(`day ${day} [1]`)
  })

  it('calls a message the same before and after it came back', () => {
    const timeline = utc()
    const own = pending('c1', 1)
    const before = timeline.update([at(1, 0), own], undefined)
    const stored = { ...at(2, 1, 1), client_id: 'c1' }
    const after = timeline.update([at(1, 0), stored], undefined)
    expect(before.at(-1)).toMatchObject({ type: 'pending', key: 'c1', message: own })
    expect(after.at(-1)).toMatchObject({ type: 'message', key: 'c1', message: stored })
  })

  it('keeps the lines that stay as they are, whatever comes where', () => {
    const timeline = utc()
    const [a, b, c, d] = [at(1, 0), at(2, 1), at(3, 2, 3), at(4, 3, 3)]
    const first = timeline.update([b, c], undefined)
    expect(timeline.update([b, c], undefined)).toBe(first)
    // `c` is the last of its group no more.
    const appended = timeline.update([b, c, d], undefined)
    expect(appended[1]).toBe(first[1])
    expect(appended[2]).not.toBe(first[2])
    const prepended = timeline.update([a, b, c, d], undefined)
    expect(prepended.map((item) => appended.includes(item))).toEqual([
      ...[false, false, false, true, true],
    ])
    const edited = timeline.update([a, { ...b, content: 'edited' }, c, d], undefined)
    expect(edited.map((item) => prepended.includes(item))).toEqual([true, true, false, true, true])
  })

  it('comes to the same in whatever steps it was made', () => {
    const messages = Array.from({ length: 60 }, (_, i) => at(i + 1, i * 31, i % 7 > 3 ? 3 : 2))
    const stepwise = utc()
    for (let from = 40, to = 41; from >= 0; from -= 5, to += 2)
      stepwise.update(messages.slice(from, to), from === 20 ? 30 : undefined)
    expect(stepwise.update(messages, 12)).toEqual(utc().update(messages, 12))
  })
})
