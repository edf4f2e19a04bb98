import { expect, it } from 'vitest'
import { isForReaders } from '../../../src/server/frames/audience.ts'

it('a new message is for all readers of its chat, unless it is hidden, or others read it, too', () => {
  expect(isForReaders({ chat: 'chat 1', isNew: true, messageOffset: 7 })).toBe(true)
  expect(isForReaders({ chat: 'chat 1', isNew: true, hiddenFrom: 2 })).toBe(false)
  expect(isForReaders({ chat: 'support 1', isNew: true })).toBe(false)
  expect(isForReaders({ chat: 'chat 1', messageOffset: 7 })).toBe(false)
  expect(isForReaders({ users: [1] })).toBe(false)
})
