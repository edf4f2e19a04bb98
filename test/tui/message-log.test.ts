import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LogEntry, MessageLog } from '../../src/tui/message-log.ts'

const message = (offset: number, generation = 1): LogEntry => ({
  type: 'message',
  senderId: 1,
  content: `message ${offset}`,
  createdAt: '2024-01-01T12:00:00.000Z',
  generation,
  offset,
})
const notice = (text: string): LogEntry => ({ type: 'notice', text, createdAt: '' })

const names = (log: MessageLog, label: string) =>
  log.entries(label).map((entry) => (entry.type === 'message' ? entry.offset : entry.text))

describe('MessageLog', () => {
  it('messages stand in the order of their offsets, each once, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), (offsets) => {
        const log = new MessageLog()
        for (const offset of offsets) log.add('#1', message(offset))
        expect(names(log, '#1')).toEqual([...new Set(offsets)].sort((a, b) => a - b))
      }),
    )
  })

  it('a message that is there already is told', () => {
    const log = new MessageLog()
    expect(log.add('#1', message(1))).toBe(true)
    expect(log.add('#1', message(1))).toBe(false)
  })

  it('the chats together keep no more than the capacity, and lose their oldest', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('#1', '#2', 'support#1')), (labels) => {
        const log = new MessageLog(5)
        labels.forEach((label, index) => {
          log.add(label, message(index + 1))
        })
        const kept = ['#1', '#2', 'support#1'].flatMap((label) => names(log, label))
        const newest = labels.map((_, index) => index + 1).slice(-5)
        expect(kept.sort((a, b) => Number(a) - Number(b))).toEqual(newest)
      }),
    )
  })

  it('a notice stays behind what was there when it came', () => {
    const log = new MessageLog()
    log.add('#1', message(1))
    log.add('#1', notice('lost'))
    log.add('#1', message(2))
    expect(names(log, '#1')).toEqual([1, 'lost', 2])
  })

  it('a message of a later epoch follows every earlier one', () => {
    const log = new MessageLog()
    log.add('#1', message(9))
    log.add('#1', message(1, 2))
    expect(names(log, '#1')).toEqual([9, 1])
  })
})
