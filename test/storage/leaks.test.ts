import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Reader } from '../../src/storage/access-records.ts'
import type { LogEntry, MessageEntry } from '../../src/storage/entries.ts'
import { createParts, MemoryStore } from '../../src/storage/memory/memory-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { anyEntry, BEGINNING, DOERS } from './random-entries.ts'

const NOW = '2024-01-01T12:00:00.000Z'

interface ModelChat {
  isPublic: boolean
  isWhole: boolean
  /** User → the offset of joining. */
  readonly members: Map<number, number>
  readonly banned: Set<number>
}

/** Who may read what, by what the log says and nothing else. */
class Model {
  readonly #chats = new Map<number, ModelChat>()
  readonly #customers = new Map<number, number>()

  constructor(log: readonly LogEntry[]) {
    for (const entry of log) this.#apply(entry)
  }

  mayRead({ userId, isAgent, granted }: Reader, message: MessageEntry): boolean {
    const { kind, chatId, offset, hiddenFrom } = message
    if (hiddenFrom === userId) return false
    if (kind === 'support') return isAgent || this.#customers.get(chatId) === userId
    const chat = this.#chats.get(chatId)
    if (!chat) return granted.includes(chatId)
    // Nobody has come by a token yet: to a history since one joined that opens nothing.
    const isGranted = granted.includes(chatId) && !chat.banned.has(userId)
    if (isGranted && chat.isWhole) return true
    const joined = chat.members.get(userId)
    if (joined !== undefined) return chat.isWhole || offset > joined
    return chat.isPublic && chat.isWhole && !chat.banned.has(userId)
  }

  #apply(entry: LogEntry): void {
    if (entry.type === 'message' && entry.kind === 'support' && !this.#customers.has(entry.chatId))
      this.#customers.set(entry.chatId, entry.senderId)
    if (entry.type !== 'chat' && entry.type !== 'members') return
    const { chatId, offset, state, added } = entry
    const chat = this.#chats.get(chatId) ?? {
      ...{ isPublic: false, isWhole: true, members: new Map(), banned: new Set() },
    }
    this.#chats.set(chatId, chat)
    chat.isPublic = state.visibility === 'public'
    chat.isWhole = state.history === 'all'
    for (const { userId } of added) chat.members.set(userId, offset)
    if (entry.type === 'chat') return
    for (const userId of entry.removed) chat.members.delete(userId)
    if (entry.act !== 'ban' && entry.act !== 'unban') return
    expect(entry.act === 'ban' ? entry.banned?.userId : entry.unbanned).toEqual(expect.any(Number))
    expect(chat.members.size).toBe(state.memberCount)
  }

  /** Whether a ban still holds, no entry says. */
  ban(chatId: number, userId: number): void {
    this.#chats.get(chatId)?.banned.add(userId)
  }
}

const READERS: readonly Reader[] = DOERS.map(({ userId, authority }) => ({
  ...{ userId, isAgent: authority.isAgent, granted: [...authority.granted.keys()] },
}))

it('nobody is told of a message that the log does not let them read, nor kept from one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEntry(12), { minLength: 20, maxLength: 60 }), async (entries) => {
      const store = new MemoryStore(createParts())
      for (const entry of [...BEGINNING, ...entries]) await store.append([entry], NOW)
      const log = await store.readAfter(0, 1_000)
      const model = await modelOf(store, log)
      const messages = log.filter((entry) => entry.type === 'message')
      for (const reader of READERS) {
        const mine = messages.filter((message) => model.mayRead(reader, message))
        const found = await store.search({
          ...{ text: 'hello', chat: undefined, before: undefined, limit: 1_000, reader },
        })
        expect(offsets(found).reverse()).toEqual(
          offsets(mine.filter(({ content }) => content === 'hello')),
        )
        for (const chat of await store.cursors.chatsOf(reader.userId, reader)) {
          const own = mine.filter(
            ({ kind, chatId }) => kind === chat.kind && chatId === chat.chatId,
          )
          expect(chat.newest).toBe(own.at(-1)?.offset ?? 0)
          const unread = own.filter(
            ({ id, senderId, deletedAt }) =>
              id > chat.read && senderId !== reader.userId && deletedAt === undefined,
          )
          expect(chat.unread).toBe(unread.length)
        }
      }
    }),
    { numRuns: 200 },
  )
})

it('what one may not read is as what never was, whatever one tries', async () => {
  const entries = fc.array(anyEntry(12), { minLength: 20, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(entries, anyEntry(12), async (before, attempt) => {
      fc.pre('messageId' in attempt && !attempt.authority?.isAdmin)
      if (!('messageId' in attempt)) return
      const store = new MemoryStore(createParts())
      for (const entry of [...BEGINNING, ...before]) await store.append([entry], NOW)
      const log = await store.readAfter(0, 1_000)
      const model = await modelOf(store, log)
      const target = log.find(
        (entry): entry is MessageEntry =>
          entry.type === 'message' && entry.kind === attempt.kind && entry.id === attempt.messageId,
      )
      const reader = READERS.find(({ userId }) => userId === attempt.senderId)!
      fc.pre(target === undefined || !model.mayRead(reader, target))
      const never = { ...attempt, messageId: 999 }
      const [tried, asIfNever] = await store.append([attempt, never], NOW)
      expect(tried).toMatchObject({ refused: 'NOT_FOUND' })
      const { reason, ...rest } = asIfNever as { reason: string }
      expect(tried).toEqual({ ...rest, reason: reason.replace('999', `${attempt.messageId}`) })
      expect(await store.lastOffset()).toBe(log.length)
    }),
    { numRuns: 300 },
  )
})

async function modelOf(store: Store, log: readonly LogEntry[]): Promise<Model> {
  const model = new Model(log)
  for (let chatId = 1; chatId <= 60; chatId += 1)
    for (const { userId } of READERS)
      if (await store.access.isBannedFrom(chatId, userId)) model.ban(chatId, userId)
  return model
}

function offsets(entries: readonly { readonly offset: number }[]): number[] {
  return entries.map(({ offset }) => offset)
}
