import type { ChatPayload, ReportPayload } from '../protocol/access-fields.ts'
import type { Members } from '../protocol/access-questions.ts'
import { type Chat, type ChatRef, chatOf } from '../protocol/chat.ts'
import { cleanName } from '../protocol/display-name.ts'
import { mark } from './pane/marked-text.ts'
import { timeOf } from './pane/time-of-day.ts'
import { sanitizeLine } from './sanitize.ts'
import type { Overlay } from './screen-model.ts'
import { shownName } from './shown-name.ts'

type NameOf = (userId: number) => string

/** Who is in a chat. */
export function memberList(members: Members['members'], count: number, nameOf: NameOf): Overlay {
  const lines = members.map(({ user, role, muted_until }) => {
    const name = nameOf(user)
    const called = name === String(user) ? '' : `${name}  `
    const isMuted = muted_until !== undefined && Date.parse(muted_until) > Date.now()
    return `${String(user).padStart(6)}  ${called}${role}${isMuted ? `, muted until ${timeOf(muted_until)}` : ''}`
  })
  const shown = members.length < count ? `${members.length} of ${count}` : `${count}`
  return { title: `Members (${shown})`, lines, top: 0 }
}

/** The chats that anyone may join, to choose one from. */
export function publicChatList(chats: readonly ChatPayload[], hasMore: boolean): Overlay {
  const lines = chats.map(({ chat_id, title, members }) => {
    const name = cleanName(title ?? '')
    const people = members === 1 ? '1 member' : `${members} members`
    return `${name === undefined ? '' : `${shownName(name)} `}#${chat_id}  ${mark('dim', people)}`
  })
  const title = `Chats to join (${chats.length}${hasMore ? '+' : ''})`
  return { title, lines, top: 0, chosen: 0 }
}

/** What was reported, to go to one of the messages. */
export function reportList(
  reports: readonly Readonly<ReportPayload>[],
  { nameOf, titleOf }: { nameOf: NameOf; titleOf(chat: Chat): string },
): Overlay {
  const lines = reports.map((report) => {
    const { id, reporter, sender_id, reason, content } = report
    // It names its message's chat as well.
    const title = titleOf(chatOf(report as unknown as ChatRef))
    const said = mark('dim', sanitizeLine(content.slice(0, 80)))
    return `${id}  ${title}: ${nameOf(reporter)} reports ${nameOf(sender_id)}: ${sanitizeLine(reason)}  ${said}`
  })
  const title = `Reports (${reports.length}) | Enter: go to the message | /resolve <report> <what was done>`
  return { title, lines, top: 0, chosen: 0 }
}
