import { describe, expect, it } from 'vitest'
import { hrefOf, parseRoute } from '../../../src/web/app/route.ts'

describe('the place in the app', () => {
  it.each([
    ['#/', {}],
    ['#/chat/5', { chat: { chat_id: 5 } }],
    ['#/support/7', { chat: { support_chat_id: 7 } }],
    ['#/chat/5/message/12', { chat: { chat_id: 5 }, messageId: 12 }],
    ['#/chat/5/thread/12', { chat: { chat_id: 5 }, panel: 'thread/12' }],
    ['#/chat/5/message/12/search', { chat: { chat_id: 5 }, messageId: 12, panel: 'search' }],
    ['#/queue', { panel: 'queue' }],
  ])('%s is read, and written the same', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
    expect(hrefOf(route)).toBe(hash)
  })

  it.each(['', '#', '#/chat/0', '#/chat/x', '#/chat/1e3', '#/nothing/5'])(
    '%j is no chat',
    (hash) => {
      expect(parseRoute(hash).chat).toBeUndefined()
    },
  )

  it('leaves out a message that is none', () => {
    expect(parseRoute('#/chat/5/message/x')).toEqual({ chat: { chat_id: 5 } })
  })
})
