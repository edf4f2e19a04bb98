import { Box, Text } from 'ink'
import type { Chat } from '../../protocol/chat.ts'
import { fitColumns } from '../columns.ts'
import type { ChatRow, UserRow } from '../screen-model.ts'
import type { Theme } from './theme.ts'

export interface SidebarProps {
  readonly userId: number
  /** This client's own user first. */
  readonly users: readonly UserRow[]
  readonly chats: readonly ChatRow[]
  readonly columns: number
  readonly rows: number
  readonly theme: Theme
}

interface Line {
  readonly text: string
  readonly tone: 'heading' | 'chosen' | 'unread' | 'muted' | 'normal'
}

/** The chats with what is unread in them, and who is online; what does not fit is counted. */
export function Sidebar(props: SidebarProps) {
  const { columns, theme } = props
  const width = columns - 2
  const accent = theme.chrome.accent ? { color: theme.chrome.accent } : {}
  return (
    <Box width={columns} flexDirection="column">
      {sidebarLines(props, width).map(({ text, tone }, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Box key={row} width={columns} height={1} flexShrink={0}>
          <Text
            wrap="truncate"
            bold={tone !== 'normal' && tone !== 'muted'}
            dimColor={tone === 'muted'}
            inverse={tone === 'chosen'}
            {...(tone === 'heading' || tone === 'unread' ? accent : {})}
          >
            {fitColumns(text, width)}
          </Text>
          <Text dimColor> │</Text>
        </Box>
      ))}
    </Box>
  )
}

/** The chat on a line of the list, from 0. */
export function chatAt(chats: readonly ChatRow[], line: number, rows: number): Chat | undefined {
  const shown = chatRowCount(chats, rows) - 1
  const isMore = chats.length > shown && line === shown
  return line >= 1 && line <= shown && !isMore ? chats[line - 1]?.chat : undefined
}

/** The rows of the chats, heading included. */
function chatRowCount(chats: readonly ChatRow[], rows: number): number {
  return Math.min(chats.length + 1, Math.max(2, Math.floor(rows / 2)))
}

function sidebarLines({ userId, users, chats, rows }: SidebarProps, width: number): Line[] {
  const chatRows = chatRowCount(chats, rows)
  const lines: Line[] = [{ text: 'Chats', tone: 'heading' }]
  lines.push(
    ...fitting(
      chats.map((chat) => chatLine(chat, width)),
      chatRows - 1,
    ),
  )
  lines.push({ text: `Online (${users.length})`, tone: 'heading' })
  const shown = users.map((user) => userLine(user, userId))
  lines.push(...fitting(shown, Math.max(0, rows - lines.length)))
  lines.length = Math.min(lines.length, rows)
  while (lines.length < rows) lines.push({ text: '', tone: 'normal' })
  return lines
}

/** The first lines that fit; in place of the last one, how many do not. */
function fitting(lines: readonly Line[], rows: number): Line[] {
  if (lines.length <= rows) return [...lines]
  if (rows <= 0) return []
  const shown = lines.slice(0, rows - 1)
  return [...shown, { text: `+ ${lines.length - shown.length} more`, tone: 'normal' }]
}

/** `>` before the chosen chat, then unread messages, mentions behind `@`, `-` for a muted one. */
function chatLine({ title, isChosen, unread, mentions, isMuted }: ChatRow, width: number): Line {
  const unreadText = unread >= 1_000 ? '999+' : unread > 0 ? String(unread) : ''
  const counts = [mentions > 0 ? `@${mentions}` : '', unreadText, isMuted ? 'muted' : '']
    .filter(Boolean)
    .join(' ')
  const room = counts === '' ? width : Math.max(1, width - counts.length - 1)
  const name = fitColumns(`${isChosen ? '>' : ' '}${title}`, room)
  const text = counts === '' ? name : `${name} ${counts}`
  if (isChosen) return { text, tone: 'chosen' }
  if (isMuted) return { text, tone: 'muted' }
  return { text, tone: unread > 0 ? 'unread' : 'normal' }
}

/** `●` for an active user, `○` for an idle one; then the devices, where there are several. */
function userLine({ id, name, isIdle, connections }: UserRow, userId: number): Line {
  const devices = connections > 1 ? ` ×${connections}` : ''
  const notes = `${id === userId ? ' (you)' : ''}${isIdle ? ' idle' : ''}`
  return { text: `${isIdle ? '○' : '●'} ${name}${devices}${notes}`, tone: 'normal' }
}
