import { createHash } from 'node:crypto'
import { MAX_LIST_PAGE, MAX_USERS_PER_FRAME } from '../../protocol/limits.ts'
import { Asker } from '../probe/asker.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Memberships } from '../schedule/memberships.ts'
import type { Population } from '../schedule/population.ts'

/** Owners that make their chats at a time, each asking for one thing after the other. */
const AT_ONCE = 16

/** Where the chats are made, and for whom. */
export interface ChatsToMake {
  readonly url: string
  readonly scenario: Scenario
  readonly population: Population
  readonly memberships: Memberships
  readonly signal: AbortSignal
}

/**
 * Makes the chats of a scenario, each by its owner; returns chat → its id. Each is made once on a server:
 * of one that an earlier run made, it sees to it that it has the members that it should have. Throws
 * CONNECT_FAILED or CHATS_FAILED; ends early, with fewer of them, when it is aborted.
 */
export async function prepareChats(work: ChatsToMake): Promise<number[]> {
  const { memberships, scenario, signal } = work
  const name = `bench:${nameOf(scenario)}`
  const ids: number[] = []
  const chatsOf = new Map<number, number[]>()
  for (const [chat, [owner]] of memberships.membersOf.entries())
    chatsOf.set(owner!, [...(chatsOf.get(owner!) ?? []), chat])
  const owners = [...chatsOf]
  const makeNext = async () => {
    for (let next = owners.pop(); next && !signal.aborted; next = owners.pop())
      await makeChatsOf(work, next, { name, ids })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, makeNext))
  return ids
}

/** Tells chats of other users, or of other sizes, apart. */
function nameOf({ name, seed, users: { count, firstId }, chats }: Scenario): string {
  const text = JSON.stringify([name, seed, count, firstId, chats])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function makeChatsOf(
  { url, population, memberships, scenario }: ChatsToMake,
  [owner, chats]: [number, number[]],
  { name, ids }: { name: string; ids: number[] },
): Promise<void> {
  const asker = new Asker(url, population.queryOf(owner), population.idOf(owner))
  try {
    const { offset: before } = await asker.greeting
    const { visibility } = scenario.chats!
    for (const chat of chats) {
      const users = memberships.membersOf[chat]!.slice(1).map((user) => population.idOf(user))
      const members = users.slice(0, MAX_USERS_PER_FRAME)
      const frame = {
        type: 'CREATE_CHAT',
        visibility,
        ...(members.length === 0 ? {} : { members }),
      }
      const { id, offset } = await asker.ask(frame, `${name}:${chat}`)
      ids[chat] = Number(id)
      if (Number(offset) > before) await add(asker, ids[chat], users.slice(members.length))
      else await restore(asker, ids[chat], [population.idOf(owner), ...users])
    }
  } finally {
    asker.close()
  }
}

/** Lets a chat that was there already have these members again, and no others. */
async function restore(asker: Asker, chat: number, wanted: readonly number[]): Promise<void> {
  const here = new Set<number>()
  for (let after: number | undefined; ; ) {
    const from = after === undefined ? {} : { after }
    const page = await asker.ask({
      type: 'MEMBERS',
      ...{ chat_id: chat, limit: MAX_LIST_PAGE, ...from },
    })
    const { members, has_more } = page as unknown as MembersPage
    for (const { user } of members) here.add(user)
    if (!has_more) break
    after = members.at(-1)!.user
  }
  const isWanted = new Set(wanted)
  const strangers = [...here].filter((user) => !isWanted.has(user))
  await inParts(strangers, (users) =>
    asker.ask({ type: 'REMOVE_MEMBERS', ...{ chat_id: chat, users } }),
  )
  await add(
    asker,
    chat,
    wanted.filter((user) => !here.has(user)),
  )
}

interface MembersPage {
  readonly members: readonly { readonly user: number }[]
  readonly has_more: boolean
}

async function add(asker: Asker, chat: number, users: readonly number[]): Promise<void> {
  await inParts(users, (part) =>
    asker.ask({ type: 'ADD_MEMBERS', ...{ chat_id: chat, users: part } }),
  )
}

async function inParts(
  users: readonly number[],
  act: (users: readonly number[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < users.length; at += MAX_USERS_PER_FRAME)
    await act(users.slice(at, at + MAX_USERS_PER_FRAME))
}
