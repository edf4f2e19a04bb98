import { expect, it } from 'vitest'
import { ENTRY } from '../../../src/bench/audit/block.ts'
import { KnownStream } from '../../../src/bench/audit/known-stream.ts'
import { Roster } from '../../../src/bench/audit/roster.ts'

const bytes = Buffer.from([0x81, 0])

function streamOf(...statuses: [user: number, isOnline: boolean][]): KnownStream {
  const stream = new KnownStream(4)
  for (const [user, isOnline] of statuses)
    stream.append(bytes, 0, 2, { kind: isOnline ? ENTRY.online : ENTRY.offline, user })
  return stream
}

const greeted = (...online: number[]) => ({
  isOnline: Uint8Array.from([0, 1, 2, 3], (user) => (online.includes(user) ? 1 : 0)),
})
const onlineIn = (roster: Roster, stream: KnownStream, cursor: number) =>
  [0, 1, 2, 3].filter((user) => roster.isOnline(user, stream, cursor))

it('knows what the greeting said and what followed it, up to its place in the stream', () => {
  const stream = streamOf([0, false], [1, true], [0, true], [1, false])
  const roster = new Roster(greeted(0), 1)
  expect(onlineIn(roster, stream, 1)).toEqual([0])
  expect(onlineIn(roster, stream, 2)).toEqual([0, 1])
  expect(onlineIn(roster, stream, 4)).toEqual([0])
})

it('does not know what it was not sent', () => {
  const stream = streamOf([1, true], [2, true], [1, false])
  const roster = new Roster(greeted(1), 0)
  roster.skip(stream, 0, 3)
  expect(onlineIn(roster, stream, 3)).toEqual([1])
  roster.tell(1, false)
  expect(onlineIn(roster, stream, 3)).toEqual([])
})

it('follows the stream again from the next status that it is sent', () => {
  const stream = streamOf([1, true])
  const roster = new Roster(greeted(), 0)
  roster.skip(stream, 0, 1)
  stream.append(bytes, 0, 2, { kind: ENTRY.offline, user: 1 })
  stream.append(bytes, 0, 2, { kind: ENTRY.online, user: 1 })
  roster.follow(1)
  expect(roster.isPlain).toBe(true)
  expect(onlineIn(roster, stream, 3)).toEqual([1])
})
