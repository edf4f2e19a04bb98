import type { ChatCensus, Writer } from './chat-census.ts'
import type { DurableStore } from './database.ts'
import { StepSize } from './step-size.ts'

/** How long a step may wait for servers that store, or for a database that is away. */
const PATIENCE_MS = 30_000

/** Messages that are looked at at once. */
const LOOK = 10_000

/** A chat that has no members yet, and who would be in it. */
export interface ProposedChat {
  readonly chatId: number
  /** Whoever wrote first. */
  readonly owner: number
  readonly members: number
  readonly messages: number
}

/**
 * Proposes members for each chat without a row, by who wrote in it, and makes them where `apply` says so. The
 * chat's row comes last: until then nothing counts, and it is begun anew.
 */
export async function* membersFromHistory(
  store: DurableStore,
  { apply }: { readonly apply: boolean },
): AsyncGenerator<ProposedChat> {
  const { census, access } = store
  for (let after = 0; ; ) {
    const chatId = await census.nextChat(after)
    if (chatId === undefined) return
    after = chatId
    if ((await access.findChats([chatId])).length > 0) continue
    const writers = await writersOf(census, chatId)
    const [first] = [...writers.values()].sort((a, b) => a.firstId - b.firstId)
    // Pruned meanwhile.
    if (!first) continue
    const owner = first.userId
    if (apply) await make(store, { chatId, owner, userIds: [...writers.keys()] })
    const messages = [...writers.values()].reduce((sum, writer) => sum + writer.messages, 0)
    yield { chatId, owner, members: writers.size, messages }
  }
}

async function writersOf(census: ChatCensus, chatId: number): Promise<Map<number, Writer>> {
  const all = new Map<number, Writer>()
  for (let after = 0; ; ) {
    const { writers, last } = await census.writersOf(chatId, after, LOOK)
    for (const { userId, messages, firstId } of writers) {
      const known = all.get(userId)
      all.set(userId, {
        userId,
        messages: messages + (known?.messages ?? 0),
        firstId: known?.firstId ?? firstId,
      })
    }
    if (last === undefined) return all
    after = last
  }
}

async function make(
  store: DurableStore,
  { chatId, owner, userIds }: { chatId: number; owner: number; userIds: readonly number[] },
): Promise<void> {
  const { census } = store
  const steps = new StepSize({ patienceMs: PATIENCE_MS })
  for (let from = 0; from < userIds.length; await steps.rest()) {
    const some = userIds.slice(from, from + steps.rows)
    await steps.take(() => census.addMembers(chatId, some, owner))
    from += some.length
  }
  const [first] = await store.readAges({ kind: 'chat', chatId, after: 0, limit: 1 })
  const createdAt = first?.createdAt ?? new Date().toISOString()
  await steps.take(() => census.addChat({ chatId, owner, members: userIds.length, createdAt }))
}
