import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClientFrame, NewMessage } from '../../src/protocol/client-frames.ts'
import { parseClientFrame } from '../../src/protocol/parse-client-frame.ts'
import { ErrorFrame } from '../../src/protocol/server-frames.ts'

const MESSAGE = { type: 'NEW_MESSAGE', chat_id: 123, sender_id: 456, content: 'Hello world!' }
const SUPPORT = { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 123, sender_id: 456, content: '' }

const parse = (frame: unknown) => parseClientFrame(JSON.stringify(frame))

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
/** Text that is stored as it is: no U+0000, no lone surrogate. */
const text = fc.string({ unit: 'binary' }).map((raw) => raw.replaceAll('\0', '').toWellFormed())
const sent = {
  sender_id: id,
  content: text,
  file_type: text,
  file_paths: text,
  client_id: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 }),
}
const clientFrame = fc.oneof(
  fc.record(
    { type: fc.constant('NEW_MESSAGE' as const), chat_id: id, ...sent },
    { requiredKeys: ['type', 'chat_id', 'sender_id', 'content'], noNullPrototype: true },
  ),
  fc.record(
    { type: fc.constant('NEW_SUPPORT_MESSAGE' as const), support_chat_id: id, ...sent },
    { requiredKeys: ['type', 'support_chat_id', 'sender_id', 'content'], noNullPrototype: true },
  ),
)

describe('a valid frame', () => {
  it.each([
    '{"type":"NEW_MESSAGE","chat_id":123,"sender_id":456,"content":"Hello world!","file_type":"image/png","file_paths":"uploads/image.png"}',
    '{"type":"NEW_MESSAGE","chat_id":123,"sender_id":456,"content":"Hello world!"}',
    '{"type":"NEW_SUPPORT_MESSAGE","support_chat_id":123,"sender_id":456,"content":"I need help!","file_type":"text/plain"}',
    '{"type":"NEW_SUPPORT_MESSAGE","support_chat_id":123,"sender_id":456,"content":"I need help!","file_paths":"a.txt"}',
    '{"type":"NEW_MESSAGE","chat_id":1,"sender_id":1,"content":"","client_id":"a"}',
  ])('is read as it stands: %s', (frame) => {
    expect(parseClientFrame(frame)).toEqual(JSON.parse(frame))
  })

  it('comes back equal, whatever its ids and text', () => {
    fc.assert(
      fc.property(clientFrame, (frame) => {
        expect(parse(frame)).toEqual(frame)
      }),
    )
  })

  it('may be spread over lines and repeat a key, of which the last counts', () => {
    const spread = `\n {"type": "NEW_MESSAGE", "chat_id": 1, "chat_id": 2,
      "sender_id": 3, "content": "a"}\t`
    expect(parseClientFrame(spread)).toMatchObject({ chat_id: 2 })
  })

  it.each([1, 64])('may have a client_id of %d characters', (length) => {
    expect(parse({ ...MESSAGE, client_id: 'x'.repeat(length) })).toHaveProperty('client_id')
  })
})

describe('text that a database cannot hold', () => {
  it.each([
    ['a\0b\0', 'ab'],
    ['\ud800', '\ufffd'],
    ['a\udc00b', 'a\ufffdb'],
    ['😀', '😀'],
  ])('%j is cleaned to %j', (given, kept) => {
    const texts = { content: given, file_type: given, file_paths: given }
    const cleaned = { content: kept, file_type: kept, file_paths: kept }
    expect(parse({ ...MESSAGE, ...texts })).toMatchObject(cleaned)
    expect(parse({ ...SUPPORT, ...texts })).toMatchObject(cleaned)
  })

  it('never passes, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\0', '\ud83d', '\ude00', 'a') }), (raw) => {
        const { content } = parse({ ...MESSAGE, content: raw }) as NewMessage
        expect(content.isWellFormed()).toBe(true)
        expect(content).not.toContain('\0')
      }),
    )
  })

  it.each(['a\0', '\ud800', 'a\udfffb'])('makes %j no client_id', (client_id) => {
    expect(parse({ ...MESSAGE, client_id })).toMatchObject({ code: 'INVALID_FRAME' })
  })
})

describe('a wrong frame', () => {
  it.each(['', ' ', '{', 'hello', '{"type":"NEW_MESSAGE",}', '\u{feff}{}', "{'type':1}"])(
    'that is not JSON is answered INVALID_JSON: %j',
    (frame) => {
      expect(parseClientFrame(frame)).toMatchObject({ type: 'ERROR', code: 'INVALID_JSON' })
    },
  )

  it.each(['null', '[]', '[{"type":"NEW_MESSAGE"}]', '1', '"NEW_MESSAGE"', 'true'])(
    'that is not an object is answered INVALID_FRAME: %s',
    (frame) => {
      expect(parseClientFrame(frame)).toEqual({
        type: 'ERROR',
        code: 'INVALID_FRAME',
        message: 'A frame is a JSON object',
      })
    },
  )

  it.each([{}, { type: 1 }, { type: null }, { type: ['NEW_MESSAGE'] }])(
    'without a type that is text is answered INVALID_FRAME: %j',
    (frame) => {
      expect(parse(frame)).toMatchObject({ code: 'INVALID_FRAME', message: expect.any(String) })
    },
  )

  it.each(['MESSAGE', 'new_message', 'ERROR', '', 'constructor', '__proto__', 'toString'])(
    'of the type %j is answered UNKNOWN_TYPE',
    (type) => {
      expect(parse({ ...MESSAGE, type })).toMatchObject({ type: 'ERROR', code: 'UNKNOWN_TYPE' })
    },
  )

  it('of an endless type is answered in few words', () => {
    const answer = parse({ type: 'x'.repeat(10_000) }) as ErrorFrame
    expect(answer.code).toBe('UNKNOWN_TYPE')
    expect(answer.message.length).toBeLessThan(100)
  })

  it.each([
    ['chat_id', undefined],
    ['chat_id', '123'],
    ['chat_id', 0],
    ['chat_id', -1],
    ['chat_id', 1.5],
    ['chat_id', Number.MAX_SAFE_INTEGER + 1],
    ['sender_id', undefined],
    ['sender_id', '456'],
    ['sender_id', null],
    ['content', undefined],
    ['content', null],
    ['content', 5],
    ['content', { text: 'a' }],
    ['file_type', null],
    ['file_paths', ['uploads/image.png']],
    ['client_id', ''],
    ['client_id', 'x'.repeat(65)],
    ['client_id', 7],
  ])('is answered INVALID_FRAME with the path: %s of %j', (name, value) => {
    const answer = parse({ ...MESSAGE, [name]: value })
    expect(answer).toMatchObject({ type: 'ERROR', code: 'INVALID_FRAME' })
    expect((answer as ErrorFrame).message).toMatch(new RegExp(`^${name}: `))
  })

  it('names all that is wrong with it', () => {
    const { message } = parse({ ...MESSAGE, chat_id: 0, content: 1 }) as ErrorFrame
    expect(message).toMatch(/chat_id: .*; content: /)
  })

  it('of one kind with the chat of the other is refused', () => {
    expect(parse({ ...MESSAGE, support_chat_id: 1 })).toMatchObject({ code: 'INVALID_FRAME' })
    expect(parse({ ...SUPPORT, chat_id: 1 })).toMatchObject({ code: 'INVALID_FRAME' })
  })

  it('with any key that the protocol does not name is refused', () => {
    const known = new Set([...Object.keys(MESSAGE), 'file_type', 'file_paths', 'client_id'])
    fc.assert(
      fc.property(
        fc.string().filter((key) => !known.has(key)),
        (key) => {
          const frame = `{${JSON.stringify(key)}:1,${JSON.stringify(MESSAGE).slice(1)}`
          expect(parseClientFrame(frame)).toMatchObject({ code: 'INVALID_FRAME' })
        },
      ),
      { examples: [['constructor'], ['__proto__'], ['id'], ['']] },
    )
  })
})

describe('a HISTORY frame', () => {
  const count = fc.integer({ min: 1, max: 1000 })
  const optional = { before: id, limit: count, client_id: sent.client_id }
  const history = fc.oneof(
    fc.record(
      { type: fc.constant('HISTORY'), chat_id: id, ...optional },
      { requiredKeys: ['type', 'chat_id'], noNullPrototype: true },
    ),
    fc.record(
      { type: fc.constant('HISTORY'), support_chat_id: id, ...optional },
      { requiredKeys: ['type', 'support_chat_id'], noNullPrototype: true },
    ),
  )

  it('comes back equal, whatever its ids and limit', () => {
    fc.assert(
      fc.property(history, (frame) => {
        expect(parse(frame)).toEqual(frame)
      }),
    )
  })

  it.each([
    {},
    { chat_id: 1, support_chat_id: 1 },
    { chat_id: '1' },
    { chat_id: 0 },
    { support_chat_id: null },
    { support_chat_id: 1.5 },
    { chat_id: 1, before: 0 },
    { chat_id: 1, before: -1 },
    { chat_id: 1, before: '5' },
    { chat_id: 1, before: null },
    { support_chat_id: 1, before: Number.MAX_SAFE_INTEGER + 1 },
    { chat_id: 1, limit: 0 },
    { chat_id: 1, limit: -1 },
    { chat_id: 1, limit: 1.5 },
    { chat_id: 1, limit: 1001 },
    { chat_id: 1, limit: '10' },
    { support_chat_id: 1, limit: null },
    { chat_id: 1, after: 1 },
    { chat_id: 1, client_id: '' },
  ])('that is wrong is answered INVALID_FRAME with a reason: %j', (fields) => {
    const answer = parse({ type: 'HISTORY', ...fields })
    expect(answer).toMatchObject({ type: 'ERROR', code: 'INVALID_FRAME' })
    expect((answer as ErrorFrame).message).toMatch(/chat_id|before|limit|after|client_id/)
  })

  it('with any value in any field is read or refused', () => {
    const field = fc.constantFrom('chat_id', 'support_chat_id', 'before', 'limit', 'other')
    fc.assert(
      fc.property(history, field, fc.jsonValue(), (frame, name, value) => {
        const { type } = parse({ ...frame, [name]: value })
        expect(['HISTORY', 'ERROR']).toContain(type)
      }),
    )
  })
})

describe('ref', () => {
  it.each([
    ['INVALID_FRAME', { ...MESSAGE, chat_id: 0 }],
    ['INVALID_FRAME', { type: 5 }],
    ['UNKNOWN_TYPE', { type: 'POKE' }],
  ])('repeats the client_id in %s', (code, frame) => {
    expect(parse({ ...frame, client_id: 'mine' })).toMatchObject({ code, ref: 'mine' })
  })

  it('is absent where the frame has no client_id that is text', () => {
    expect(parse({ type: 'POKE' })).not.toHaveProperty('ref')
    expect(parse({ type: 'POKE', client_id: 5 })).not.toHaveProperty('ref')
    expect(parse({ type: 'POKE', client_id: 'x'.repeat(65) })).not.toHaveProperty('ref')
  })
})

describe('parseClientFrame', () => {
  const isAnswer = (result: ClientFrame | ErrorFrame) =>
    result.type === 'ERROR' ? ErrorFrame.safeParse(result).success : true

  it('answers any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (raw) => isAnswer(parseClientFrame(raw))))
  })

  it('answers any JSON', () => {
    fc.assert(fc.property(fc.json(), (json) => isAnswer(parseClientFrame(json))))
  })

  it('answers any value in any field', () => {
    const field = fc.constantFrom('type', ...Object.keys(sent), 'chat_id', 'other')
    fc.assert(
      fc.property(clientFrame, field, fc.jsonValue(), (frame, name, value) =>
        isAnswer(parse({ ...frame, [name]: value })),
      ),
    )
  })
})

it('what is wrong with a text that is no JSON is said as JSON.parse says it', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.json())
  fc.assert(
    fc.property(text, (one) => {
      let problem: string | undefined
      try {
        JSON.parse(one)
      } catch (error) {
        problem = (error as Error).message
      }
      const answer = parseClientFrame(one)
      expect('code' in answer && answer.code === 'INVALID_JSON').toBe(problem !== undefined)
      if (problem !== undefined) expect(answer).toMatchObject({ message: problem })
    }),
    { numRuns: 2_000 },
  )
})
