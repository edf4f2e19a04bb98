import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CloseCode } from '../../../src/protocol/close-code.ts'
import {
  type ConnectRequest,
  readConnectRequest,
} from '../../../src/server/node/connect-request.ts'

test.each(['/', '/?', '/?userId', '/?userId=', '/?user=1', '/?userid=1', ''])(
  'a user id is required in %j',
  (url) => {
    expect(readConnectRequest(url)).toBe(CloseCode.userIdRequired)
  },
)

test.each([
  '0',
  '-1',
  '%2B1',
  '+1',
  '1.5',
  '1e3',
  '01',
  '0x10',
  'abc',
  '1a',
  '1%00',
  ' 1',
  '%201',
  '1%20',
  '٣',
  'NaN',
  'Infinity',
  '9007199254740992',
  '99999999999999999999',
  '1,2',
])('%j is not a user id', (text) => {
  expect(readConnectRequest(`/?userId=${text}`)).toBe(CloseCode.invalidUserId)
})

/** The request that is read from a URL which is expected to be fine. */
function read(url: string): ConnectRequest {
  const request = readConnectRequest(url)
  if ('code' in request) throw new Error(`${url} was refused: ${request.reason}`)
  return request
}

test.each([
  ['/?userId=123', 123],
  ['/?token=x&userId=123', 123],
  ['/ws?userId=123&token=x', 123],
  ['?userId=123', 123],
  ['/?userId=%31', 1],
  ['/?userId=9007199254740991', Number.MAX_SAFE_INTEGER],
])('%s names a user and asks for nothing else', (url, userId) => {
  expect(readConnectRequest(url)).toEqual({ userId, resume: undefined, history: 0 })
})

test('the first of several user ids counts', () => {
  expect(read('/?userId=1&userId=2').userId).toBe(1)
})

test('every positive safe integer is read back', () => {
  const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(positive, positive, (userId, offset) => {
      const request = read(`/?userId=${userId}&since=${offset}&epoch=e`)
      expect(request).toEqual({ userId, resume: { epoch: 'e', offset }, history: 0 })
    }),
  )
})

test.each([
  ['since=5&epoch=abc', { epoch: 'abc', offset: 5 }],
  ['epoch=abc&since=0', { epoch: 'abc', offset: 0 }],
  ['since=5', { epoch: null, offset: 5 }],
  ['since=5&epoch=', { epoch: '', offset: 5 }],
  ['since=5&epoch=a%20b%2B', { epoch: 'a b+', offset: 5 }],
  ['since=5&since=6&epoch=a&epoch=b', { epoch: 'a', offset: 5 }],
])('%s asks to resume', (query, resume) => {
  expect(read(`/?userId=1&${query}`).resume).toEqual(resume)
})

test.each([
  ...['', '-1', '-0', '00', '01', '+1', '%2B1', '1.5', '1e3', '0x10', 'abc', '1a', ' 1', '1%20'],
  ...['1%00', '%D9%A3', 'NaN', 'null', 'undefined', 'Infinity', '9007199254740992', '1,2'],
])('since=%s asks to resume from nowhere', (text) => {
  const resume = { epoch: 'e', offset: undefined }
  expect(read(`/?userId=1&since=${text}&epoch=e`).resume).toEqual(resume)
})

test('an epoch alone does not ask to resume', () => {
  expect(read('/?userId=1&epoch=e').resume).toBeUndefined()
})

test.each([
  ['1', 1],
  ['50', 50],
  ['1000', 1000],
  ['1001', 1000],
  ['9007199254740991', 1000],
])('history=%s asks for %d messages', (text, history) => {
  expect(read(`/?userId=1&history=${text}`).history).toBe(history)
})

test.each(['', '0', '-1', '1.5', '1e3', '007', 'all', 'NaN', 'Infinity', '9007199254740992'])(
  'history=%s asks for no messages',
  (text) => {
    expect(read(`/?userId=1&history=${text}`).history).toBe(0)
  },
)

test('whatever stands in the URL, the request is within its bounds or refused', () => {
  const name = fc.constantFrom('userId', 'since', 'epoch', 'history', 'other')
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.integer().map(String),
    fc.nat().map(String),
  )
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 6 }),
      fc.boolean(),
      (pairs, isEscaped) => {
        const write = (text: string) => (isEscaped ? encodeURIComponent(text.toWellFormed()) : text)
        const query = pairs.map(([key, text]) => `${key}=${write(text)}`).join('&')
        const request = readConnectRequest(`/?${query}`)
        if ('code' in request) return request.code === 1008
        const { userId, resume, history } = request
        const isOffset = resume?.offset === undefined || Number.isSafeInteger(resume.offset)
        return (
          userId > 0 && isOffset && (resume?.offset ?? 0) >= 0 && history >= 0 && history <= 1000
        )
      },
    ),
  )
})
