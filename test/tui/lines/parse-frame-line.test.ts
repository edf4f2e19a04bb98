import { describe, expect, it } from 'vitest'
import { parseFrameLine } from '../../../src/tui/lines/parse-frame-line.ts'

describe('parseFrameLine', () => {
  it('a missing sender_id and client_id are filled in', () => {
    const line = '{"type":"NEW_MESSAGE","chat_id":3,"content":"hi"}'
    expect(parseFrameLine(line, 5)).toEqual({
      type: 'NEW_MESSAGE',
      chat_id: 3,
      sender_id: 5,
      content: 'hi',
      client_id: expect.stringMatching(/^.{8,64}$/),
    })
  })

  it('a given sender_id and client_id stay', () => {
    const frame = {
      type: 'NEW_SUPPORT_MESSAGE',
      support_chat_id: 3,
      sender_id: 9,
      content: '',
      client_id: 'mine',
    }
    expect(parseFrameLine(JSON.stringify(frame), 5)).toEqual(frame)
  })

  it.each([
    ['nonsense', /not JSON/],
    ['[]', /A frame is a JSON object/],
    ['null', /A frame is a JSON object/],
    ['{}', /type: must be a string/],
    ['{"type":"TYPING"}', /typing: is required/],
    ['{"type":"MESSAGE"}', /Unknown type "MESSAGE"/],
    ['{"type":"NEW_MESSAGE","chat_id":"3","content":"hi"}', /chat_id/],
  ])('%j is refused with the reason', (line, reason) => {
    expect(parseFrameLine(line, 5)).toMatch(reason)
  })
})
