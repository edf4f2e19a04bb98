import { expect, it } from 'vitest'
import { parseFeed } from '../../../src/bench/scenario/feed.ts'

it('reads users and their tokens, as many as the scenario has', () => {
  const rows = parseFeed('user_id,token\n7,abc\n9,\n11,x\n', 'users.csv', 2)
  expect(rows).toEqual([
    { userId: 7, token: 'abc' },
    { userId: 9, token: undefined },
  ])
})

it('lists every line that is wrong', () => {
  const read = () => parseFeed('user_id\n7\nx\n7\n', 'users.csv', 9)
  expect(read).toThrow(/users\.csv has 3 problem\(s\)/)
  expect(read).toThrow(/line 3: user_id is not a positive integer/)
  expect(read).toThrow(/line 4: user 7 stands there twice/)
  expect(read).toThrow(/it has 3 users, but users\.count is 9/)
})

it('names a file that is not CSV', () => {
  expect(() => parseFeed('user_id\n"1', 'users.csv', 1)).toThrow(/users\.csv is not CSV/)
})
