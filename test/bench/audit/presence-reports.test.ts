import { beforeEach, describe, expect, it } from 'vitest'
import { KnownStream } from '../../../src/bench/audit/known-stream.ts'
import { PresenceReports } from '../../../src/bench/audit/presence-reports.ts'
import { UserLedger } from '../../../src/bench/audit/user-ledger.ts'

const USERS = 3

let users: UserLedger
let stream: KnownStream
let reports: PresenceReports
beforeEach(() => {
  users = new UserLedger(UserLedger.allocate(USERS))
  stream = new KnownStream(USERS)
  reports = new PresenceReports(users, stream, USERS)
  for (let user = 0; user < USERS; user++) come(user)
})

function come(user: number): void {
  users.opening(user, 1)
  users.opened(user)
}

/** Tells so many connections, as the next entry of the stream. */
function tell(user: number, isOnline: boolean, connections: number): void {
  const index = stream.append(Buffer.from('x'), 0, 1, reports.judge(user, isOnline))
  stream.blockOf(index).receivers[stream.placeOf(index)] = connections
}

function found() {
  reports.confirm()
  return { falseOfflines: reports.falseOfflines, flaps: reports.flaps }
}

describe('PresenceReports', () => {
  it('counts a false report for each connection that was told, and a flap where it was taken back', () => {
    tell(0, false, 4)
    tell(1, false, 3)
    tell(1, true, 2)
    expect(found()).toEqual({ falseOfflines: 7, flaps: 2 })
  })

  it('holds nothing against a report that came before the end of the connection was noticed', () => {
    tell(0, false, 4)
    users.closed(0, 5)
    come(0)
    tell(0, true, 4)
    expect(found()).toEqual({ falseOfflines: 0, flaps: 0 })
  })

  it('remembers a false report when the user leaves later, whether that is told or not', () => {
    tell(0, false, 4)
    tell(0, true, 4)
    reports.confirm()
    users.closed(0, 5)
    expect(found()).toEqual({ falseOfflines: 4, flaps: 4 })
    tell(0, false, 4)
    expect(found()).toEqual({ falseOfflines: 4, flaps: 4 })
  })

  it('counts what one connection alone was told, also of a user that has left before', () => {
    users.closed(0, 5)
    tell(0, false, 4)
    come(0)
    tell(0, true, 4)
    reports.judgeLone(0, false)
    reports.judgeLone(0, true)
    reports.judgeLone(0, false)
    expect(found()).toEqual({ falseOfflines: 2, flaps: 1 })
  })

  it('does not judge what a connection alone was told of a leave that the stream does not tell', () => {
    users.closed(0, 5)
    come(0)
    reports.judgeLone(0, false)
    reports.judgeLone(0, false)
    expect(found()).toEqual({ falseOfflines: 0, flaps: 0 })
  })

  it('does not judge users of another machine', () => {
    const other = new PresenceReports(new UserLedger(UserLedger.allocate(1)), stream, 1)
    expect(other.judge(0, false)).not.toHaveProperty('dueUs')
    other.judgeLone(0, false)
    other.confirm()
    expect(other.falseOfflines).toBe(0)
  })
})
