import { describe, expect, it } from 'vitest'
import { MAX_FRAME_BYTES } from '../../../src/protocol/limits.ts'
import { parseClientFrame } from '../../../src/protocol/parse-client-frame.ts'
import { createMessage, whyTooLarge } from '../../../src/tui/lines/outgoing-message.ts'

const CHAT = { kind: 'chat', id: 7 } as const

describe('createMessage', () => {
  it('makes a frame that servers accept, for either kind of chat', () => {
    for (const kind of ['chat', 'support'] as const) {
      const message = createMessage({ kind, id: 7 }, 5, 'hi')
      expect(parseClientFrame(JSON.stringify(message))).toEqual(message)
    }
  })

  it('no two messages share a client_id', () => {
    const [a, b] = [createMessage(CHAT, 5, 'hi'), createMessage(CHAT, 5, 'hi')]
    expect(a.client_id).not.toBe(b.client_id)
  })
})

describe('whyTooLarge', () => {
  it('counts the bytes of the whole frame', () => {
    const overhead = Buffer.byteLength(JSON.stringify(createMessage(CHAT, 5, '')))
    const room = MAX_FRAME_BYTES - overhead
    expect(whyTooLarge(createMessage(CHAT, 5, 'x'.repeat(room)))).toBeUndefined()
    expect(whyTooLarge(createMessage(CHAT, 5, 'x'.repeat(room + 1)))).toMatch(/65537 of at most/)
    expect(whyTooLarge(createMessage(CHAT, 5, 'é'.repeat(room / 2 + 1)))).toMatch(/too large/)
  })
})
