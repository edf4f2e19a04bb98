import { CHAT_ROLES, type ChatRole } from '../../protocol/chat-role.ts'
import { refOf } from '../chat-data.ts'
import { timeOf } from '../pane/time-of-day.ts'
import { setNotify } from './chat-commands.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { parseDuration, takeUntil } from './duration.ts'
import { memberChat } from './member-chat.ts'
import { onlyUser, takeUser } from './user-argument.ts'

/** A mute without a time lasts as long. */
const MUTE_MS = 3_600_000

/** What owners and moderators do in the chat that is shown, and admins on the server. */
export function moderationCommands(
  context: CommandContext,
): Pick<
  CommandRuns,
  'role' | 'mute' | 'unmute' | 'ban' | 'unban' | 'server-ban' | 'server-unban' | 'slow'
> {
  const { client, data, state, notify } = context
  return {
    role: async ({ text }: Run) => {
      const { user, rest } = takeUser(context, text)
      const role = rest.replace(/^as\s+/, '')
      if (!isRole(role))
        throw new Error(`say what the member becomes, ${CHAT_ROLES.join(', ')}: /role 456 member`)
      await client.setRole(memberChat(context), user, role)
    },
    mute: async ({ text }: Run) => {
      if (text === '') {
        const { notify } = data.conversation.chat(refOf(state.chat))
        await setNotify(context, notify === 'none' ? 'all' : 'none')
        return
      }
      const { user, rest } = takeUser(context, text)
      const { until, rest: more } = takeUntil(rest, Date.now())
      if (more !== '') throw new Error(`what is ${more}? /mute 456 for 1h`)
      const end = until ?? new Date(Date.now() + MUTE_MS).toISOString()
      await client.mute(memberChat(context), user, end)
    },
    unmute: async ({ text }: Run) => {
      await client.mute(memberChat(context), onlyUser(context, text), null)
    },
    ban: async ({ text }: Run) => {
      const { user, ...how } = takeBan(context, text)
      await client.ban(user, { chat_id: memberChat(context), ...how })
    },
    unban: async ({ text }: Run) => {
      await client.unban(onlyUser(context, text), { chat_id: memberChat(context) })
    },
    'server-ban': async ({ text }: Run) => {
      const { user, ...how } = takeBan(context, text)
      await client.ban(user, how)
      const end = how.until === undefined ? '' : ` until ${timeOf(how.until)}`
      const why = how.reason === undefined ? '' : `: ${how.reason}`
      notify(`${data.nameOf(user)} is banned from this server${end}${why}`)
    },
    'server-unban': async ({ text }: Run) => {
      const user = onlyUser(context, text)
      await client.unban(user)
      notify(`${data.nameOf(user)} may come to this server again`)
    },
    slow: async ({ text }: Run) => {
      const slow_mode = text === 'off' ? 0 : parseDuration(text)
      if (slow_mode === undefined) throw new Error(`${text} is no time: /slow 10s, /slow off`)
      await client.changeChat(memberChat(context), { slow_mode })
    },
  }
}

/** Whom a ban is of, and until when and why where that is said. */
function takeBan(context: CommandContext, text: string) {
  const { user, rest } = takeUser(context, text)
  const { until, rest: reason } = takeUntil(rest, Date.now())
  return { user, ...(until !== undefined && { until }), ...(reason !== '' && { reason }) }
}

function isRole(text: string): text is ChatRole {
  return (CHAT_ROLES as readonly string[]).includes(text)
}
