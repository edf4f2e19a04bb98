import fc from 'fast-check'
import { CHAT_ROLES } from '../../src/protocol/chat-role.ts'
import type { MemberAction } from '../../src/storage/access-entries.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import { type Doer, sent, user } from './new-access-entry.ts'

const USERS = [1, 2, 3, 4]
const ADMIN = 8
const AGENT = 9

/** Those of whom entries are: four users, an admin, an agent, and one whose token grants a chat. */
export const DOERS: readonly Doer[] = [
  ...USERS.map((id) => user(id)),
  user(ADMIN, { isAdmin: true }),
  user(AGENT, { isAgent: true }),
  user(5, { granted: { 2: 'member', 77: 'member' } }),
]

/** Chats and messages to begin with. */
export const BEGINNING: readonly NewEntry[] = [
  sent.chat(user(1), { visibility: 'public', title: 'Garden' }, [2]),
  sent.chat(user(2), {}, [1, 3]),
  sent.direct(user(1), 2),
  sent.block(user(4), 1),
  sent.block(user(2), 3),
  sent.message(user(1), 1),
  sent.message(user(2), 1),
  sent.message(user(3), 2),
  sent.message(user(2), 3),
  sent.message(user(1), 5, { kind: 'support' }),
  sent.message(user(9, { isAgent: true }), 5, { kind: 'support' }),
  sent.message(user(2), 4, { kind: 'support' }),
  sent.message(user(2), 4, { kind: 'support' }),
]

const doer = fc.constantFrom(...DOERS)
const userId = fc.constantFrom(...USERS)
/** Also the one who comes by a token. */
const bannedId = fc.constantFrom(...USERS, 5)
const role = fc.constantFrom(...CHAT_ROLES)
const until = fc.constantFrom(null, '2000-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z')
const chatId = fc.integer({ min: 1, max: 5 })
const kind = fc.constantFrom('chat', 'chat', 'support')
const yes = fc.boolean()

const action: fc.Arbitrary<MemberAction> = fc.oneof(
  fc.constantFrom({ act: 'join' } as const, { act: 'leave' } as const),
  fc.record({ act: fc.constant('add'), userIds: fc.uniqueArray(userId, { minLength: 1 }), role }),
  fc.record({ act: fc.constant('remove'), userIds: fc.uniqueArray(userId, { minLength: 1 }) }),
  fc.record({ act: fc.constant('role'), userId, role }),
  fc.record({ act: fc.constant('mute'), userId, until }),
  fc.record({ act: fc.constant('ban'), userId: bannedId, until, reason: fc.constant('spam') }),
  fc.record({ act: fc.constant('unban'), userId: bannedId }),
) as fc.Arbitrary<MemberAction>

const change = fc.record(
  {
    title: fc.constantFrom('Garden', 'House', null),
    visibility: fc.constantFrom('public', 'private'),
    history: fc.constantFrom('all', 'since_join'),
    slowModeSeconds: fc.constantFrom(0, 0, 5),
  },
  { requiredKeys: [] },
)

/**
 * Any entry of few users in few chats, about few messages: most pairs of entries meet.
 *
 * @param lastMessage the greatest id of a message that entries are about, of either kind
 */
export function anyEntry(lastMessage: number): fc.Arbitrary<NewEntry> {
  const messageId = fc.integer({ min: 1, max: lastMessage })
  const maybe = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: messageId },
  )
  const mentions = fc.option(fc.uniqueArray(userId, { minLength: 1 }), { nil: undefined })
  const about = fc.tuple(doer, messageId, kind, yes)
  const often = (weight: number, arbitrary: fc.Arbitrary<NewEntry>) => ({ weight, arbitrary })
  return fc.oneof(
    often(
      6,
      fc
        .tuple(doer, chatId, fc.record({ kind, replyTo: maybe, thread: maybe, mentions }))
        .map(([who, id, more]) => sent.message(who, id, more)),
    ),
    often(
      5,
      fc.tuple(doer, chatId, action).map(([who, id, what]) => sent.members(who, id, what)),
    ),
    often(
      1,
      fc
        .tuple(doer, change, fc.uniqueArray(userId, { maxLength: 2 }))
        .map(([who, what, ids]) => sent.chat(who, what, ids)),
    ),
    ...[
      fc.tuple(doer, chatId, change).map(([who, id, what]) => sent.change(who, id, what)),
      fc.tuple(doer, userId).map(([who, id]) => sent.direct(who, id)),
      fc.tuple(doer, userId, yes).map(([who, id, is]) => sent.block(who, id, is)),
      fc
        .tuple(doer, fc.constantFrom('Ann', 'Bob', null, undefined), userId)
        .map(([who, name, id]) => sent.profile(who, name === undefined ? {} : { name }, id)),
      fc.tuple(doer, userId, yes).map(([who, id, isLifted]) => sent.ban(who, id, { isLifted })),
      fc
        .tuple(about, fc.option(fc.uniqueArray(userId), { nil: undefined }))
        .map(([[who, id, of], named]) => sent.edit(who, id, { kind: of, mentions: named })),
      about.map(([who, id, of]) => sent.deletion(who, id, { kind: of })),
      about.map(([who, id, of, removed]) => sent.reaction(who, id, { kind: of, removed })),
      about.map(([who, id, of]) => sent.report(who, id, { kind: of })),
      about.map(([who, id]) => sent.resolution(who, id)),
      about.map(([who, id, of, isPinned]) => sent.pin(who, id, { kind: of, isPinned })),
      about.map(([who, id, of, isFollowed]) => sent.follow(who, id, { kind: of, isFollowed })),
      fc.tuple(doer, chatId, kind).map(([who, id, of]) => sent.settings(who, id, { kind: of })),
    ].map((arbitrary) => often(2, arbitrary as fc.Arbitrary<NewEntry>)),
  )
}
