import type { DbAccessConfig } from '../config/db-data-config.ts'
import type { DurableStore } from '../storage/database.ts'
import { membersFromHistory, type ProposedChat } from '../storage/members-from-history.ts'
import type { Host } from './host.ts'
import { OptionError } from './option-error.ts'

/** `chatws db access`. */
export async function proposeMembers(
  { membersFromHistory: isWanted, apply, json }: Readonly<DbAccessConfig>,
  host: Host,
  store: DurableStore,
): Promise<number> {
  if (!isWanted)
    throw new OptionError([
      { option: 'membersFromHistory', message: 'is required: it says where members are from' },
    ])
  const sum = { chats: 0, members: 0, messages: 0 }
  for await (const chat of membersFromHistory(store, { apply })) {
    if (json) host.stdout.write(`${JSON.stringify(chat)}\n`)
    else host.stdout.write(`${sum.chats === 0 ? HEAD : ''}${describe(chat)}`)
    sum.chats += 1
    sum.members += chat.members
    sum.messages += chat.messages
  }
  if (json) host.stdout.write(`${JSON.stringify({ isDryRun: !apply, ...sum })}\n`)
  else host.stdout.write(describeSum(sum, apply))
  return 0
}

const columns = (values: readonly unknown[]) =>
  `${values.map((value) => String(value).padStart(12)).join('')}\n`
const HEAD = columns(['chat', 'owner', 'members', 'messages'])

function describe({ chatId, owner, members, messages }: ProposedChat): string {
  return columns([chatId, owner, members, messages])
}

function describeSum({ chats, members }: { chats: number; members: number }, apply: boolean) {
  if (chats === 0) return 'Every chat in which somebody wrote has members\n'
  const what = `${chats} chats with ${members} members`
  return apply ? `${what} are made\n` : `${what} would be made: --apply makes them\n`
}
