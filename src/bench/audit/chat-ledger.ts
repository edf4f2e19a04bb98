import { nowUs } from '../clock.ts'
import type { Memberships } from '../schedule/memberships.ts'

/** Entries a second that there is room for, and those that may come before and after the load. */
const ROOM = { perSecond: 50_000, besides: 100_000 }

/** Changes of members that there is room for. */
const MOST_CHANGES = 100_000

/** Numbers that a change takes: offset since the start, chat, user, and 1 for who came. */
const CHANGE_SIZE = 4

/** An entry that is of none of the chats. */
const NO_CHAT = -1

/** A user came into a chat, or is not in it any more, by the entry with an offset. */
export interface MemberChange {
  readonly offset: number
  readonly isMember: boolean
  /** When it became known here, in microseconds. */
  readonly knownUs: number
}

/** What is needed to know who may read what: the same for all generators of a process. */
export interface ChatSetup {
  /** Chat → its id. */
  readonly ids: readonly number[]
  /** The log's newest offset when all chats were made. */
  readonly startOffset: number
  readonly memory: SharedArrayBuffer
}

/**
 * Which chat each entry of the log is of, and who was in it then: what every connection may be sent,
 * and must be. It is in memory that all generators of a process share, so that what nobody of one
 * generator was sent is missed there if another one knows of it.
 */
export class ChatLedger {
  readonly memberships: Memberships
  readonly #setup: ChatSetup
  readonly #indexes: ReadonlyMap<number, number>
  /** How many changes there are, and then these. */
  readonly #changes: Int32Array
  /** Offset since the start → its chat, plus 1; 0 while it is not known. */
  readonly #slots: Int32Array
  /** Changes that were read so far, and what they come to: `chat:user` → in the order of offsets. */
  #changesRead = 0
  readonly #changesOf = new Map<string, MemberChange[]>()
  readonly #changedUsers = new Set<number>()
  /** User → chats that it came into during the run. */
  readonly #joinedChats = new Map<number, Set<number>>()
  /** Chat → the offsets of its entries that were read so far, in their order. */
  readonly #offsetsOf: number[][]
  #slotsRead = 0
  /** Slots that were passed over because nothing was known of them. */
  #unknown: number[] = []

  constructor(memberships: Memberships, setup: ChatSetup) {
    this.memberships = memberships
    this.#setup = setup
    this.#indexes = new Map(setup.ids.map((id, chat) => [id, chat]))
    const changeNumbers = 1 + MOST_CHANGES * CHANGE_SIZE
    this.#changes = new Int32Array(setup.memory, 0, changeNumbers)
    this.#slots = new Int32Array(setup.memory, changeNumbers * 4)
    this.#offsetsOf = setup.ids.map(() => [])
  }

  /** @param seconds how long a run may take. Of the memory only what is written is ever used */
  static allocate(seconds: number): SharedArrayBuffer {
    const slots = Math.ceil(seconds) * ROOM.perSecond + ROOM.besides
    return new SharedArrayBuffer((1 + MOST_CHANGES * CHANGE_SIZE + slots) * 4)
  }

  idOf(chat: number): number {
    return this.#setup.ids[chat]!
  }

  /** The index of the chat with an id; -1 for any other chat. */
  indexOf(id: number | undefined): number {
    return id === undefined ? NO_CHAT : (this.#indexes.get(id) ?? NO_CHAT)
  }

  /** Takes note of what stands at an offset. @param chat its index, or -1 */
  note(offset: number, chat: number): boolean {
    const slot = offset - this.#setup.startOffset
    if (slot <= 0 || slot >= this.#slots.length) return false
    return Atomics.compareExchange(this.#slots, slot, 0, chat === NO_CHAT ? -1 : chat + 1) === 0
  }

  /** Takes note of an entry that changes who is in a chat. */
  noteChange(
    offset: number,
    chat: number,
    { added, removed }: { added: readonly number[]; removed: readonly number[] },
  ): void {
    if (!this.note(offset, chat) || chat === NO_CHAT) return
    for (const user of added) this.#addChange(offset, chat, user, 1)
    for (const user of removed) this.#addChange(offset, chat, user, 0)
  }

  /** What changed between a user and a chat, in the order of offsets; as far as it is known now. */
  changesOf(chat: number, user: number): readonly MemberChange[] {
    this.#readChanges()
    return this.#changesOf.get(`${chat}:${user}`) ?? []
  }

  /** Whether a user is in a chat, as far as it is known now. */
  isMember(chat: number, user: number): boolean {
    const last = this.changesOf(chat, user).at(-1)
    return last?.isMember ?? this.wasMember(chat, user)
  }

  /** Whether a user was not in the chat of an entry then, as far as it is known now. */
  isOut(user: number, offset: number): boolean {
    const chat = this.chatAt(offset)
    if (chat === undefined || chat < 0) return false
    this.#readChanges()
    const wasMember = this.wasMember(chat, user)
    if (!this.#changedUsers.has(user)) return !wasMember
    const last = this.changesOf(chat, user).findLast((change) => change.offset <= offset)
    return !(last?.isMember ?? wasMember)
  }

  /** Whether a user was in a chat at the start. */
  wasMember(chat: number, user: number): boolean {
    return this.memberships.chatsOf[user]!.includes(chat)
  }

  /** The chats that a user was ever in. */
  chatsOf(user: number): readonly number[] {
    this.#readChanges()
    const atStart = this.memberships.chatsOf[user]!
    const joined = this.#joinedChats.get(user)
    return joined ? [...atStart, ...[...joined].filter((chat) => !atStart.includes(chat))] : atStart
  }

  /** The chat at an offset: its index, -1 for none of these, undefined where it is not known. */
  chatAt(offset: number): number | undefined {
    const value = this.#slots[offset - this.#setup.startOffset] ?? 0
    if (value === 0) return undefined
    return value < 0 ? NO_CHAT : value - 1
  }

  /** The offsets of a chat's entries, ascending, as of the last `readUntil`. */
  offsetsOf(chat: number): readonly number[] {
    return this.#offsetsOf[chat]!
  }

  /** Reads what is known now of the entries up to an offset. */
  readUntil(offset: number): void {
    this.#readSlots(offset - this.#setup.startOffset)
  }

  #addChange(offset: number, chat: number, user: number, isMember: number): void {
    const place = Atomics.add(this.#changes, 0, 1)
    const at = 1 + place * CHANGE_SIZE
    this.#changes.set([chat, user, isMember], at + 1)
    // It is whole once its offset stands there.
    Atomics.store(this.#changes, at, offset - this.#setup.startOffset)
  }

  #readChanges(): void {
    const count = Math.min(MOST_CHANGES, Atomics.load(this.#changes, 0))
    for (; this.#changesRead < count; this.#changesRead++) {
      const at = 1 + this.#changesRead * CHANGE_SIZE
      const slot = Atomics.load(this.#changes, at)
      if (slot === 0) return
      const [chat, user, isMember] = this.#changes.subarray(at + 1, at + CHANGE_SIZE)
      const key = `${chat}:${user}`
      const changes = this.#changesOf.get(key) ?? []
      this.#changesOf.set(key, changes)
      changes.push({
        offset: this.#setup.startOffset + slot,
        isMember: isMember === 1,
        knownUs: nowUs(),
      })
      changes.sort((a, b) => a.offset - b.offset)
      this.#changedUsers.add(user!)
      if (isMember !== 1) continue
      const joined = this.#joinedChats.get(user!) ?? new Set<number>()
      this.#joinedChats.set(user!, joined.add(chat!))
    }
  }

  #readSlots(until: number): void {
    const last = Math.min(until, this.#slots.length - 1)
    const added = new Set<number[]>()
    const still: number[] = []
    const read = (slot: number) => {
      const value = Atomics.load(this.#slots, slot)
      if (value === 0) still.push(slot)
      if (value <= 0) return
      const offsets = this.#offsetsOf[value - 1]!
      const offset = this.#setup.startOffset + slot
      if (offsets.length > 0 && offsets.at(-1)! > offset) added.add(offsets)
      offsets.push(offset)
    }
    for (const slot of this.#unknown) read(slot)
    for (; this.#slotsRead < last; this.#slotsRead++) read(this.#slotsRead + 1)
    this.#unknown = still
    for (const offsets of added) offsets.sort((a, b) => a - b)
  }
}
