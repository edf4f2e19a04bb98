import type { ChatKind } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { DurableStore } from './database.ts'
import type { NewDeletion, NewEntry } from './entries.ts'
import {
  PERSONAL_TABLES,
  type PersonalRecord,
  type PersonalSection,
  type PersonalTable,
  type ScrubbedEvent,
} from './personal-records.ts'
import { StepSize } from './step-size.ts'
import type { Outcome } from './store.ts'

/** Rows that are read at once. */
const PAGE = 100

/** Offsets that are looked through at once for what others said. */
const LOOK = 5_000

/** How long a step may wait for servers that store, or for a database that is away. */
const PATIENCE_MS = 30_000

/** How often it is tried to find an heir who stays. */
const MAX_HEIRS = 10

/** A moderator's rights are asked of nobody, and yet it is said whose chats they are. */
const AS_ADMIN = { isAgent: false, isAdmin: true, granted: new Map() } as const

/** What is erased → how many of it, in the order in which it goes. */
export type ErasedCounts = Readonly<Record<ErasedPart, number>>
export type ErasedPart =
  | ('profile' | 'messages' | 'reactions' | 'blocks' | 'reports' | PersonalTable)
  | ('memberships' | 'namings' | 'uploads')

const MESSAGES = {
  messages: 'chat',
  named_messages: 'chat',
  support_messages: 'support',
  named_support_messages: 'support',
} as const satisfies Partial<Record<PersonalSection, ChatKind>>
const EVENTS = ['events', 'named_events'] as const
const TABLE_SECTIONS = {
  chat_cursors: 'cursors',
  chat_settings: 'settings',
  thread_follows: 'follows',
  mentions: 'mentions',
  last_seen: 'last_seen',
} as const satisfies Record<PersonalTable, PersonalSection>

export interface EraseOptions {
  readonly userId: number
  /** Removes the bytes of a file; where it is undefined, the server's collector does. */
  readonly removeFile?: ((name: string) => Promise<void>) | undefined
  /** Hears how many of a part are gone so far. */
  readonly onProgress: (part: ErasedPart, count: number) => void
}

/**
 * Erases what a database keeps of a user, in small steps beside servers that go on. What others must hear
 * of is an entry of the log: messages are deleted in the user's own name, so that the order and the
 * offsets of all others stay. Each step may be done again, so one that was interrupted just begins anew.
 * Throws STORAGE_UNAVAILABLE.
 */
export class UserEraser {
  readonly #store: DurableStore
  readonly #options: EraseOptions
  readonly #steps = new StepSize({ max: PAGE, patienceMs: PATIENCE_MS })
  readonly #counts = new Map<ErasedPart, number>()

  constructor(store: DurableStore, options: EraseOptions) {
    this.#store = store
    this.#options = options
  }

  /** Counts what there is, and changes nothing. */
  async count(): Promise<ErasedCounts> {
    for await (const _ of this.#walk('profile')) this.#add('profile')
    for (const section of keysOf(MESSAGES))
      for await (const { fields } of this.#walk(section))
        if (fields.deleted_at === undefined) this.#add('messages')
    for (const section of EVENTS)
      for await (const { fields } of this.#walk(section))
        if (fields.stands === true) this.#add('reactions')
    for await (const { fields } of this.#walk('reports'))
      if (hasWordsOf(this.#options.userId, fields)) this.#add('reports')
    for (const part of ['blocks', 'memberships', 'uploads'] as const)
      for await (const _ of this.#walk(part)) this.#add(part)
    for (const table of PERSONAL_TABLES)
      for await (const _ of this.#walk(TABLE_SECTIONS[table])) this.#add(table)
    for await (const offsets of this.#namings()) this.#add('namings', offsets.length)
    return this.#result()
  }

  async erase(): Promise<ErasedCounts> {
    await this.#eraseProfile()
    for (const section of keysOf(MESSAGES)) await this.#eraseMessages(section)
    for (const section of EVENTS) await this.#eraseEvents(section)
    await this.#eraseBlocks()
    await this.#eraseReports()
    for (const table of PERSONAL_TABLES) await this.#eraseRows(table)
    await this.#eraseMemberships()
    await this.#eraseNamings()
    await this.#eraseUploads()
    await this.#store.personal.forgetWords()
    const counts = this.#result()
    if (Object.values(counts).some((count) => count > 0)) await this.#note(counts)
    return counts
  }

  async #eraseProfile(): Promise<void> {
    const { userId } = this.#options
    for await (const _ of this.#walk('profile')) {
      const nothing = { name: null, avatar: null }
      await this.#append('profile', [
        { type: 'user', userId, ...nothing, ...this.#own, authority: AS_ADMIN },
      ])
    }
  }

  async #eraseMessages(section: keyof typeof MESSAGES): Promise<void> {
    const kind = MESSAGES[section]
    for await (const page of this.#pages(section)) {
      const left = page.filter(({ fields }) => fields.deleted_at === undefined)
      const deletions = left.map(
        ({ fields }): NewDeletion => ({
          ...{ type: 'deletion', kind, messageId: Number(fields.id), ...this.#own },
        }),
      )
      const bytesOf = new Map(
        left.map(({ fields }, i) => [deletions[i]!, Buffer.byteLength(String(fields.content))]),
      )
      await this.#append('messages', deletions, (entry) => bytesOf.get(entry as NewDeletion)!)
    }
  }

  /** Takes back what was given to messages, and what events say that the user wrote or chose. */
  async #eraseEvents(section: (typeof EVENTS)[number]): Promise<void> {
    const { userId } = this.#options
    for await (const page of this.#pages(section)) {
      const given = page.filter(({ fields }) => fields.stands === true)
      const about = given.map(({ fields }) => ({
        kind: fields.kind as ChatKind,
        messageId: Number(fields.message_id),
        emoji: String(fields.emoji),
      }))
      const outcomes = await this.#append(
        'reactions',
        about.map((reaction) => ({ type: 'reaction', removed: true, ...reaction, ...this.#own })),
      )
      // Those to messages that are deleted are not taken back by an entry: they are shown no more.
      await this.#inSteps(about, (some) => this.#store.personal.removeReactions(userId, some))
      this.#add('reactions', outcomes.filter((one) => 'refused' in one).length)
      const scrubbed = page.flatMap(({ fields }) => scrubbedOwn(userId, fields) ?? [])
      await this.#inSteps(scrubbed, (some) => this.#store.personal.scrubEvents(some))
    }
  }

  async #eraseBlocks(): Promise<void> {
    for await (const page of this.#pages('blocks'))
      await this.#append(
        'blocks',
        page.map(({ fields }) => ({
          ...{ type: 'block', userId: Number(fields.blocked_id), isBlocked: false, ...this.#own },
        })),
      )
  }

  /** What the user reported loses its reason; what others reported of the user, its content. */
  async #eraseReports(): Promise<void> {
    const { personal } = this.#store
    const { userId } = this.#options
    for await (const { fields } of this.#walk('reports')) {
      const isOwn = fields.reporter_id === userId
      const isAbout = fields.sender_id === userId
      const reason = isOwn ? '' : undefined
      const content = isAbout ? '' : undefined
      const { kind, message_id, id } = fields as { kind: ChatKind; message_id: number; id: number }
      const report = (
        await this.#store.access.reports({
          ...{ after: id - 1, limit: 1, isAll: true, moderatorId: undefined },
        })
      )[0]
      if (report?.id !== id) continue
      const left = { reason: reason ?? report.reason, content: content ?? report.content }
      if (left.reason === report.reason && left.content === report.content) continue
      const { reporterId } = report
      const event = await personal.findReportEvent({ reporterId, kind, messageId: message_id })
      await this.#steps.take(async () => {
        if (event)
          await personal.scrubEvents([
            { offset: event.offset, messageId: message_id, data: { ...event.data, ...left } },
          ])
        await personal.scrubReports([{ id, ...left }])
      })
      this.#add('reports')
      await this.#steps.rest()
    }
  }

  async #eraseRows(table: PersonalTable): Promise<void> {
    for (let isLeft = true; isLeft; await this.#steps.rest()) {
      const { rows } = this.#steps
      const count = await this.#steps.take(() =>
        this.#store.personal.remove(table, this.#options.userId, rows),
      )
      this.#add(table, count)
      isLeft = count === rows
    }
  }

  async #eraseMemberships(): Promise<void> {
    for await (const { fields } of this.#walk('memberships'))
      await this.#leave(Number(fields.chat_id))
  }

  /** Whoever is to own the chat may leave at the same time: then another is. */
  async #leave(chatId: number): Promise<void> {
    const { userId } = this.#options
    for (let tries = 1; ; tries += 1) {
      const heir = await this.#store.personal.heirOf(chatId, userId)
      const action = { act: 'leave', erasure: { heir } } as const
      const [outcome] = await this.#append('memberships', [
        { type: 'members', chatId, action, ...this.#own },
      ])
      if (!outcome || !('refused' in outcome)) return
      if (tries === MAX_HEIRS)
        throw new ChatwsError('STORAGE_UNAVAILABLE', `Chat ${chatId} has no owner: begin again`)
    }
  }

  /** Others may have said what the user is called. */
  async #eraseNamings(): Promise<void> {
    const { userId } = this.#options
    for await (const offsets of this.#namings()) {
      const scrubbed = offsets.map((offset) => ({
        ...{ offset, messageId: userId, data: { chatIds: [] } },
      }))
      await this.#inSteps(scrubbed, (some) => this.#store.personal.scrubEvents(some))
      this.#add('namings', offsets.length)
    }
  }

  async #eraseUploads(): Promise<void> {
    const { personal, uploads } = this.#store
    const { removeFile } = this.#options
    for await (const page of this.#pages('uploads')) {
      const names = page.map(({ fields }) => String(fields.name))
      await this.#inSteps(names, (some) => personal.releaseUploads(some))
      for (const name of removeFile ? names : []) {
        await removeFile?.(name)
        await uploads.removeUnused(name)
      }
      this.#add('uploads', names.length)
    }
  }

  async #note(counts: ErasedCounts): Promise<void> {
    const about = { kind: undefined, chatId: undefined, messageId: undefined }
    await this.#store.access.noteAct({
      ...{ at: new Date().toISOString(), actorId: null, act: 'erase', ...about },
      ...{ userId: this.#options.userId, detail: JSON.stringify(counts) },
    })
  }

  /** Where an entry comes from that the user would have made. */
  get #own() {
    return { senderId: this.#options.userId, clientId: undefined }
  }

  async #append(
    part: ErasedPart,
    entries: readonly NewEntry[],
    bytesOf?: (entry: NewEntry) => number,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    const append = async (some: readonly NewEntry[]) => {
      const stored = await this.#store.append(some, new Date().toISOString())
      outcomes.push(...stored)
      return stored.filter((one) => 'entry' in one && !one.repeated).length
    }
    await this.#inSteps(entries, async (some) => this.#add(part, await append(some)), bytesOf)
    return outcomes
  }

  async #inSteps<Item>(
    items: readonly Item[],
    work: (some: readonly Item[]) => Promise<void>,
    bytesOf: (item: Item) => number = () => 0,
  ): Promise<void> {
    for (let from = 0; from < items.length; await this.#steps.rest()) {
      const left = items.slice(from)
      const some = left.slice(0, this.#steps.fit(left, bytesOf))
      await this.#steps.take(() => work(some))
      from += some.length
    }
  }

  async *#walk(section: PersonalSection): AsyncGenerator<PersonalRecord> {
    for await (const page of this.#pages(section)) yield* page
  }

  async *#pages(section: PersonalSection): AsyncGenerator<readonly PersonalRecord[]> {
    for (let after: PersonalRecord['place'] | undefined; ; ) {
      const options = { after, limit: PAGE }
      const page = await this.#store.personal.read(section, this.#options.userId, options)
      if (page.length > 0) yield page
      if (page.length < PAGE) return
      after = page.at(-1)!.place
    }
  }

  async *#namings(): AsyncGenerator<readonly number[]> {
    const lastOffset = await this.#store.lastOffset()
    for (let after = 0; after < lastOffset; after += LOOK) {
      const { userId } = this.#options
      const offsets = await this.#store.personal.findNamings(userId, after, LOOK)
      if (offsets.length > 0) yield offsets
    }
  }

  #add(part: ErasedPart, count = 1): void {
    const sum = (this.#counts.get(part) ?? 0) + count
    this.#counts.set(part, sum)
    if (count > 0) this.#options.onProgress(part, sum)
  }

  #result(): ErasedCounts {
    const count = (part: ErasedPart) => [part, this.#counts.get(part) ?? 0] as const
    const parts: ErasedPart[] = ['profile', 'messages', 'reactions', 'blocks', 'reports']
    parts.push(...PERSONAL_TABLES, 'memberships', 'namings', 'uploads')
    return Object.fromEntries(parts.map(count)) as ErasedCounts
  }
}

/** What is left of an event of the user's own; undefined where it says nothing of its own. */
function scrubbedOwn(userId: number, fields: PersonalRecord['fields']): ScrubbedEvent | undefined {
  const offset = Number(fields.offset)
  const data = fields.data as Record<string, unknown> | undefined
  if (fields.type === 'user' && (data?.name !== undefined || data?.avatar !== undefined))
    return { offset, messageId: Number(fields.message_id), data: { chatIds: [] } }
  // Whom it was about is nobody's business any more.
  if (fields.type === 'block') return { offset, messageId: userId, data: { isBlocked: false } }
  return undefined
}

/** Whether a report has a reason that the user gave, or something that the user wrote. */
function hasWordsOf(userId: number, fields: PersonalRecord['fields']): boolean {
  const isOwn = fields.reporter_id === userId && fields.reason !== ''
  return isOwn || (fields.sender_id === userId && fields.content !== '')
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[]
}
