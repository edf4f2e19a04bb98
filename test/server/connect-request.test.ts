import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CloseCode } from '../../src/protocol/close-code.ts'
import { readUserId } from '../../src/server/user-id.ts'

test.each(['/', '/?', '/?userId', '/?userId=', '/?user=1', '/?userid=1', ''])(
  'a user id is required in %j',
  (url) => {
    expect(readUserId(url)).toBe(CloseCode.userIdRequired)
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
  expect(readUserId(`/?userId=${text}`)).toBe(CloseCode.invalidUserId)
})

test.each([
  ['/?userId=123', 123],
  ['/?token=x&userId=123', 123],
  ['/ws?userId=123&token=x', 123],
  ['?userId=123', 123],
  ['/?userId=%31', 1],
  ['/?userId=9007199254740991', Number.MAX_SAFE_INTEGER],
])('%s names a user', (url, userId) => {
  expect(readUserId(url)).toBe(userId)
})

test('the first of several user ids counts', () => {
  expect(readUserId('/?userId=1&userId=2')).toBe(1)
})

test('every positive safe integer is read back', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) => {
      fc.pre(n > 0)
      expect(readUserId(`/?userId=${n}`)).toBe(n)
    }),
  )
})
