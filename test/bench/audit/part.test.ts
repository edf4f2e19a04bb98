import { describe, expect, it } from 'vitest'
import { ChatLedger } from '../../../src/bench/audit/chat-ledger.ts'
import { judgePart, PATIENCE_US, type Part } from '../../../src/bench/audit/part.ts'
import { PartLedger } from '../../../src/bench/audit/part-ledger.ts'
import { nowUs } from '../../../src/bench/clock.ts'
import { Chats } from '../../../src/bench/scenario/chats.ts'
import { Memberships } from '../../../src/bench/schedule/memberships.ts'

/** Two chats of two users each; the log begins after offset 100. */
const MEMBERSHIPS = new Memberships(Chats.parse({ count: 2, members: 2 }), 4, 1)
const [OWN, OTHER] = [0, 1]
const USER = MEMBERSHIPS.membersOf[OWN]![1]!

/** A log: which chat each offset from 101 on is of, and who came and went with it. */
function createLedger(
  chats: readonly number[],
  changes: Readonly<Record<number, 'in' | 'out'>> = {},
): ChatLedger {
  const setup = { ids: [7, 8], startOffset: 100, memory: ChatLedger.allocate(1) }
  const ledger = new ChatLedger(MEMBERSHIPS, setup)
  for (const [place, chat] of chats.entries()) {
    const offset = 101 + place
    const change = changes[offset]
    const [added, removed] = change === 'in' ? [[USER], []] : [[], [USER]]
    if (change) ledger.noteChange(offset, chat, { added, removed })
    else ledger.note(offset, chat)
  }
  ledger.readUntil(100 + chats.length)
  return ledger
}

function part(received: readonly number[], more: Partial<Part> = {}): Part {
  return {
    user: USER,
    since: 100,
    until: 110,
    received: Float64Array.from(received),
    excused: new Set(),
    unreadable: 0,
    replays: [],
    suspects: new Map(),
    knownOffset: more.until ?? 110,
    ...more,
  }
}

const NOTHING = { missing: 0, leaked: 0, ambiguous: 0 }

describe('a connection is owed', () => {
  it('what its chats are told, and must not have what others are told', () => {
    const ledger = createLedger([OWN, OTHER, OWN, -1, OTHER])
    expect(judgePart(part([101, 103]), ledger)).toEqual(NOTHING)
    expect(judgePart(part([101, 103, 104]), ledger)).toEqual(NOTHING)
    expect(judgePart(part([103]), ledger)).toEqual({ ...NOTHING, missing: 1 })
    expect(judgePart(part([101, 102, 103, 105]), ledger)).toEqual({ ...NOTHING, leaked: 2 })
  })

  it('nothing from before its greeting, and what comes after it left is ambiguous', () => {
    const ledger = createLedger([OWN, OWN, OWN, OWN])
    expect(judgePart(part([103, 104], { since: 102 }), ledger)).toEqual(NOTHING)
    const left = part([101, 102], { until: 102, knownOffset: 103 })
    expect(judgePart(left, ledger)).toEqual({ ...NOTHING, ambiguous: 1 })
  })

  it('what could not be read is not missing as well', () => {
    const ledger = createLedger([OWN, OWN, OWN])
    expect(judgePart(part([101], { unreadable: 1, excused: new Set([102]) }), ledger)).toEqual(
      NOTHING,
    )
  })

  it('its own removal, what was stored before it, and nothing after it', () => {
    const ledger = createLedger([OWN, OWN, OWN], { 102: 'out' })
    expect(judgePart(part([101, 102]), ledger)).toEqual(NOTHING)
    expect(judgePart(part([]), ledger)).toEqual({ ...NOTHING, missing: 2 })
    expect(judgePart(part([101, 102, 103]), ledger)).toEqual({ ...NOTHING, leaked: 1 })
  })

  it('what is told from when it comes in, to another chat, too', () => {
    const ledger = createLedger([OTHER, OTHER, OTHER], { 102: 'in' })
    expect(judgePart(part([102, 103]), ledger)).toEqual(NOTHING)
    expect(judgePart(part([103]), ledger)).toEqual({ ...NOTHING, missing: 1 })
    expect(judgePart(part([101, 102, 103]), ledger)).toEqual({ ...NOTHING, leaked: 1 })
  })

  it('by a replay what it may read at its end, and may have what it could read before', () => {
    const ledger = createLedger([OWN, OWN, OWN, OWN, OWN], { 102: 'out', 104: 'in' })
    const replays = [[100, 105]] as const
    expect(judgePart(part([101, 102, 103, 104, 105], { replays }), ledger)).toEqual(NOTHING)
    expect(judgePart(part([102, 104, 105], { replays }), ledger)).toEqual(NOTHING)
    expect(judgePart(part([102, 104], { replays }), ledger)).toEqual({ ...NOTHING, missing: 1 })
    const gone = createLedger([OWN, OWN, OWN], { 102: 'out' })
    const replayed = part([102, 103], { replays: [[100, 103]] })
    expect(judgePart(replayed, gone)).toEqual({ ...NOTHING, leaked: 1 })
  })
})

it('what comes right before its user comes in may be under way with that', () => {
  const ledger = createLedger([OWN, OWN, OWN], { 101: 'out', 103: 'in' })
  const came = (us: number) => part([101, 102, 103], { suspects: new Map([[102, us]]) })
  expect(judgePart(came(nowUs()), ledger)).toEqual(NOTHING)
  expect(judgePart(came(nowUs() - 2 * PATIENCE_US), ledger)).toEqual({ ...NOTHING, leaked: 1 })
})

describe('PartLedger', () => {
  function createPartLedger(chats: ChatLedger) {
    const counts = { duplicate: 0, reordered: 0, missing: 0, ambiguous: 0 }
    const finished: Part[] = []
    const ledger = new PartLedger({ user: USER, chats, counts }, (one) => finished.push(one))
    ledger.begin(100)
    return { ledger, counts, finished }
  }

  it('counts what comes again, and what comes after a later one', () => {
    const { ledger, counts } = createPartLedger(createLedger([OWN, OWN, OWN, OWN]))
    expect([101, 103, 103, 102, 101, 100].map((offset) => ledger.arrive(offset))).toEqual([
      ...[true, true, false, true, false, false],
    ])
    expect(counts).toMatchObject({ duplicate: 3, reordered: 1 })
    expect(ledger.last).toBe(103)
    expect(ledger.missingUntil(104)).toBe(1)
    expect(ledger.isComplete(104)).toBe(false)
    ledger.arrive(104)
    expect(ledger.isComplete(104)).toBe(true)
  })

  it('is judged after it has begun anew, when more is known', () => {
    const chats = createLedger([OWN])
    const { ledger, finished } = createPartLedger(chats)
    ledger.arrive(102)
    ledger.settle(102)
    ledger.forget()
    expect(ledger.missingUntil(102)).toBe(0)
    expect(finished.map((one) => judgePart(one, chats))).toEqual([{ ...NOTHING, missing: 1 }])
  })
})
