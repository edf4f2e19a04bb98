import { expect, it } from 'vitest'
import { parseFeed } from '../../../src/bench/scenario/feed.ts'

it('reads users and their tokens, as many as the scenario has', () => {
  const rows = parseFeed('user_id,token\n7,abc\n9,\n11,x\n', 'users.csv', 2)
  expect(rows).toEqual([
    { userId: 7, token: 'abc' },
    { userId: 9, token: undefined },
  ])
})

it('lists every line that is wrong, by its number in the file', () => {
  const read = () => parseFeed('user_id,note\n7,a\n\nx,b\n7,c\n', 'users.csv', 9)
  expect(read).toThrow(/users\.csv has 3 problems:/)
  expect(read).toThrow(/line 4: user_id must be a positive whole number$/m)
  expect(read).toThrow(/line 5: user 7 stands there twice/)
  expect(read).toThrow(/it has 3 users, but users\.count of the scenario is 9/)
})

it.each([
  ['userId,token\n1,x', /line 1: column "userId" is unknown, did you mean user_id\?/],
  ['user_id,tokn\n1,x', /line 1: column "tokn" is unknown, did you mean token\?/],
  ['number,name\n1,x', /the header must name a column user_id; none of its 2 is called so/],
  ['', /the header must name a column user_id; it is empty/],
])('says what is wrong with a header: %#', (text, problem) => {
  expect(() => parseFeed(text, 'users.csv', 1)).toThrow(problem)
})

it('names a file that is not CSV', () => {
  expect(() => parseFeed('user_id\n"1', 'users.csv', 1)).toThrow(/users\.csv is not CSV/)
})

it.each([
  'root:hunter2:0:0\nuser:hunter2:1:1\n',
  'hunter2',
  'user_id,token\nhunter2,x\n1,hunter2\n1,hunter2\n',
  'user_id,token\n1,"hunter2\n',
  'user_id\n1,hunter2\n',
  'user_id,token\nhunter2"x,hunter2\n',
  'user_id,token\n"hunter2"x,hunter2\n',
])('shows nothing of a file that is no feed: %j', (text) => {
  const problem = expect.objectContaining({
    code: 'INVALID_SCENARIO',
    message: expect.not.stringContaining('hunter2'),
  })
  expect(() => parseFeed(text, 'users.csv', 3)).toThrow(problem)
})
