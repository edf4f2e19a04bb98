import { describe, expect, it } from 'vitest'
import type { NamedMessage } from '../../src/client/requests.ts'
import { Unanswered } from '../../src/client/unanswered.ts'
import type { Ack } from '../../src/protocol/server-frames.ts'

const message = (client_id: string): NamedMessage => ({
  type: 'NEW_MESSAGE',
  chat_id: 1,
  sender_id: 1,
  content: `text of ${client_id}`,
  client_id,
})

const ack = (client_id: string, offset = 1): Ack => ({
  type: 'ACK',
  client_id,
  id: offset,
  offset,
  created_at: '2024-01-01T12:00:00.000Z',
})

describe('Unanswered', () => {
  it('resolves each message with its own ACK, in any order', async () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    const [a, b] = [pending.add(message('a')), pending.add(message('b'))]
    pending.settle('b', ack('b', 1))
    pending.settle('a', ack('a', 2))
    expect(await a).toEqual(ack('a', 2))
    expect(await b).toEqual(ack('b', 1))
    expect(pending.size).toBe(0)
  })

  it('keeps what is not answered, in the order of sending', () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    for (const name of ['2', 'b', '1', 'a']) void pending.add(message(name))
    pending.settle('b', ack('b'))
    expect(pending.frames()).toEqual([message('2'), message('1'), message('a')])
    expect(pending.size).toBe(3)
    expect(pending.find('1')).toEqual(message('1'))
    expect(pending.find('b')).toBeUndefined()
  })

  it('rejects one message and leaves the others', async () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    const [a, b] = [pending.add(message('a')), pending.add(message('b'))]
    const error = new Error('refused')
    pending.reject('a', error)
    pending.settle('b', ack('b'))
    await expect(a).rejects.toBe(error)
    await expect(b).resolves.toEqual(ack('b'))
  })

  it('rejects all messages with the same error', async () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    const all = ['a', 'b', 'c'].map((name) => pending.add(message(name)))
    const error = new Error('closed')
    pending.rejectAll(error)
    const outcomes = await Promise.allSettled(all)
    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: error }))
    expect(pending.size).toBe(0)
  })

  it('ignores answers to what it does not know', () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    void pending.add(message('a'))
    pending.settle('z', ack('z'))
    pending.reject('z', new Error('refused'))
    expect(pending.frames()).toEqual([message('a')])
  })

  it('takes only the first of two answers', async () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    const a = pending.add(message('a'))
    pending.settle('a', ack('a', 1))
    pending.settle('a', ack('a', 2))
    pending.reject('a', new Error('refused'))
    expect(await a).toEqual(ack('a', 1))
  })

  it('refuses a client_id that is being sent, and takes it again once it was answered', async () => {
    const pending = new Unanswered<NamedMessage, Ack>()
    const first = pending.add(message('a'))
    expect(() => pending.add(message('a'))).toThrow(/a is already being sent/)
    expect(pending.size).toBe(1)
    pending.settle('a', ack('a', 1))
    expect(await first).toEqual(ack('a', 1))
    const again = pending.add(message('a'))
    pending.settle('a', ack('a', 1))
    expect(await again).toEqual(ack('a', 1))
  })
})
