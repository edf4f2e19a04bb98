import { describe, expect, it } from 'vitest'
import { LogCursor } from '../../src/client/log-cursor.ts'
import type { ConnectionEstablished } from '../../src/protocol/server-frames.ts'

function greeting(offset: number, epoch = 'e'): ConnectionEstablished {
  return {
    type: 'CONNECTION_ESTABLISHED',
    userId: 1,
    timestamp: '2024-01-01T12:00:00.000Z',
    protocol: 1,
    sessionId: 's',
    epoch,
    offset,
    limits: { maxMessageBytes: 1 },
    online: [1],
  }
}

describe('LogCursor', () => {
  it('takes each offset above its position once', () => {
    const log = new LogCursor(undefined, 0)
    expect(log.advance(1)).toBe(false)
    log.greeted(greeting(4))
    expect([4, 5, 5, 7, 6, 8].map((offset) => log.advance(offset))).toEqual([
      ...[false, true, false],
      ...[true, false, true],
    ])
    expect(log.position).toEqual({ epoch: 'e', offset: 8 })
  })

  it('asks for nothing, for the newest messages, or to resume', () => {
    expect(new LogCursor(undefined, 0).startQuery()).toBe('')
    expect(new LogCursor(undefined, 5).startQuery()).toBe('&history=5')
    const resumed = new LogCursor({ epoch: 'a b', offset: 3 }, 5)
    expect(resumed.startQuery()).toBe('&since=3&epoch=a%20b')
  })

  it('takes the newest messages however far back in the log they stand', () => {
    const log = new LogCursor(undefined, 2)
    log.greeted(greeting(100))
    expect([3, 50, 50, 101].map((offset) => log.advance(offset))).toEqual([true, true, false, true])
  })

  it('asks for the newest messages again until the first has come', () => {
    const log = new LogCursor(undefined, 2)
    log.greeted(greeting(100))
    expect(log.startQuery()).toBe('&history=2')
    log.greeted(greeting(102))
    log.advance(90)
    expect(log.startQuery()).toBe('&since=90&epoch=e')
  })

  it('resumes after an empty log, which had no newest messages', () => {
    const log = new LogCursor(undefined, 2)
    log.greeted(greeting(0))
    expect(log.startQuery()).toBe('&since=0&epoch=e')
  })

  it('knows another history by its name', () => {
    const log = new LogCursor({ epoch: 'e', offset: 3 }, 0)
    expect(log.greeted(greeting(9))).toBe(true)
    expect(log.greeted(greeting(9, 'f'))).toBe(false)
    expect(log.position).toEqual({ epoch: 'e', offset: 3 })
    log.restart({ epoch: 'f', offset: 9 })
    expect(log.greeted(greeting(9, 'f'))).toBe(true)
    log.reached(8)
    expect(log.position?.offset).toBe(9)
  })
})
