import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Audit } from '../../../src/bench/audit/audit.ts'
import { ENTRY } from '../../../src/bench/audit/block.ts'
import { Roster } from '../../../src/bench/audit/roster.ts'
import { type Judged, judgeRosters } from '../../../src/bench/audit/roster-judge.ts'
import { UserLedger } from '../../../src/bench/audit/user-ledger.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Population } from '../../../src/bench/schedule/population.ts'

const USERS = 5
const FRAME = Buffer.from([0x81, 0])

/** A run of five users, all of whom are meant to be here. */
class Setup {
  readonly users = new UserLedger(UserLedger.allocate(USERS))
  readonly audit: Audit

  constructor() {
    const phases = [{ name: 'p', durationSeconds: 1 }]
    const scenario = Scenario.parse({ name: 'n', users: { count: USERS }, phases })
    this.audit = new Audit(new Population(scenario), this.users, '0123abcd')
    for (let user = 0; user < USERS; user++) {
      this.users.opening(user, 1)
      this.users.gaveUp(user)
    }
  }

  come(user: number): void {
    this.users.opening(user, 1)
    this.users.opened(user)
  }

  say(user: number, isOnline: boolean): void {
    this.audit.stream.append(FRAME, 0, FRAME.length, {
      kind: isOnline ? ENTRY.online : ENTRY.offline,
      user,
    })
  }

  judge(...connections: Judged[]) {
    return judgeRosters(connections, this.audit, 0)
  }
}

const onlineList = (online: readonly number[]) => ({
  isOnline: Uint8Array.from({ length: USERS }, (_, user) => (online.includes(user) ? 1 : 0)),
})

function connection(user: number, roster: Roster, cursor: number, state = 'open'): Judged {
  return { user, state, receiver: { roster, cursor } }
}

describe('judgeRosters', () => {
  it('agrees with rosters that are right, whatever they learnt from where', async () => {
    const setup = new Setup()
    setup.come(0)
    setup.come(1)
    setup.say(1, true)
    const early = connection(0, new Roster(onlineList([0]), 0), 1)
    const late = connection(1, new Roster(onlineList([0, 1]), 1), 1)
    expect(await setup.judge(early, late)).toEqual({ notSeenOnline: 0, notSeenOffline: 0 })
  })

  it('counts each pair that is wrong once, and nothing of who is not open', async () => {
    const setup = new Setup()
    setup.come(0)
    setup.come(1)
    // 1 is here and nobody says so; 2 is not, and the greeting said it was.
    const roster = new Roster(onlineList([0, 2]), 0)
    const judged = [connection(0, roster, 0), connection(0, roster, 0, 'leaving')]
    expect(await setup.judge(...judged)).toEqual({ notSeenOnline: 1, notSeenOffline: 1 })
  })

  it('finds what looking up each user in each roster finds', async () => {
    const list = fc.uniqueArray(fc.nat(USERS - 1))
    const status = fc.tuple(fc.nat(USERS - 1), fc.boolean())
    await fc.assert(
      fc.asyncProperty(
        list,
        fc.array(status, { maxLength: 12 }),
        fc.array(
          fc.record({ online: list, since: fc.nat(12), told: fc.array(status), lag: fc.nat(3) }),
        ),
        async (here, statuses, receivers) => {
          const setup = new Setup()
          for (const user of here) setup.come(user)
          for (const [user, isOnline] of statuses) setup.say(user, isOnline)
          const { stream } = setup.audit
          const lists = new Map<string, ReturnType<typeof onlineList>>()
          const connections = receivers.map(({ online, since, told, lag }, index) => {
            const name = online.join()
            const list = lists.get(name) ?? onlineList(online)
            lists.set(name, list)
            const roster = new Roster(list, since)
            if (lag > 1) for (const [user, isOnline] of told) roster.tell(user, isOnline)
            return connection(index % USERS, roster, Math.max(0, stream.end - (lag % 2)))
          })
          let notSeenOnline = 0
          let notSeenOffline = 0
          for (const { user: own, receiver } of connections) {
            if (receiver.roster!.list.isOnline[own] !== 1) notSeenOnline += 1
            for (let user = 0; user < USERS; user++) {
              const isSeen = receiver.roster!.isOnline(user, stream, receiver.cursor)
              if (user === own || isSeen === setup.users.isHere(user)) continue
              if (isSeen) notSeenOffline += 1
              else notSeenOnline += 1
            }
          }
          expect(await setup.judge(...connections)).toEqual({ notSeenOnline, notSeenOffline })
        },
      ),
    )
  })
})
