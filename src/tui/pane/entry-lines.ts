import type { PendingMessage } from '../../view/draft.ts'
import { sanitizeLine, sanitizeLines } from '../sanitize.ts'
import { describeFiles } from './describe-files.ts'
import { mark, type Tone, wrapMarked } from './marked-text.ts'
import { isStored, type PaneEntry, type StoredMessage } from './pane-entry.ts'
import { timeOfDay } from './time-of-day.ts'

/** What of an entry's look comes from elsewhere. */
export interface EntryContext {
  readonly userId: number
  /** The message that this one answers, where it is known. */
  readonly repliedTo?: StoredMessage | undefined
  /** Of an own message: who has it. */
  readonly receipt: string
  /** Whether the connection stands, which a pending message waits for. */
  readonly isOpen: boolean
  readonly isSelected: boolean
  /** Whether its id is shown, for commands that take one. */
  readonly hasId?: boolean
  /** Words that mean the user, in lower case. */
  readonly mentions: readonly string[]
  /** What a user is shown as. */
  nameOf(userId: number): string
}

/** The columns before the text: a mark for the selected message, and the time. */
const INDENT = 7

const SENDER_TONES: readonly Tone[] = [
  ...(['sender0', 'sender1', 'sender2'] as const),
  ...(['sender3', 'sender4', 'sender5'] as const),
]

/** As much of the answered message is quoted, in UTF-16 code units. */
const QUOTE_LENGTH = 200

const cache = new WeakMap<PaneEntry, { key: string; lines: readonly string[] }>()

/** The marked lines of an entry at a width; those of one that looks as before are kept. */
export function entryLines(
  entry: PaneEntry,
  columns: number,
  context: EntryContext,
): readonly string[] {
  const { receipt, isOpen, isSelected, hasId, repliedTo, nameOf, mentions } = context
  const names = [senderOf(entry), repliedTo?.sender_id].map((id) => id && nameOf(id)).join('<')
  const key = `${columns} ${names} ${mentions.length} ${isOpen} ${isSelected} ${hasId} ${receipt} ${repliedTo?.offset} ${repliedTo?.deleted_at} ${repliedTo?.content}`
  const cached = cache.get(entry)
  if (cached?.key === key) return cached.lines
  const lines = layOut(entry, columns, context)
  cache.set(entry, { key, lines })
  return lines
}

function layOut(entry: PaneEntry, columns: number, context: EntryContext): string[] {
  const width = Math.max(1, columns - INDENT)
  const time = timeOfDay(entry.created_at).slice(0, 5)
  const gutter = context.isSelected ? mark('selected', '▌') : ' '
  const indent = `${gutter}${' '.repeat(INDENT - 1)}`
  const text = textLines(entry, context).flatMap((line) => wrapMarked(line, width))
  return [
    ...quoteLines(entry, context, width).map((line) => indent + line),
    ...text.map((line, index) => (index === 0 ? `${gutter}${mark('dim', time)} ` : indent) + line),
    ...reactionLines(entry, context.userId, width).map((line) => indent + line),
  ]
}

/** How many lines stand above the first one of the text itself. */
export function quoteLineCount(entry: PaneEntry): number {
  return replyTo(entry) === undefined ? 0 : 1
}

function textLines(entry: PaneEntry, context: EntryContext): string[] {
  if ('type' in entry && entry.type === 'notice')
    return sanitizeLines(`* ${entry.text}`).map((line) => mark('notice', line))
  const senderId = senderOf(entry)!
  const isOwn = senderId === context.userId
  const sender = mark(
    isOwn ? 'own' : SENDER_TONES[senderId % SENDER_TONES.length]!,
    `<${context.nameOf(senderId)}>`,
  )
  const lines = sanitizeLines(entry.content)
  if (!isOwn) highlightMentions(lines, context.mentions)
  if (isStored(entry) && entry.deleted_at !== undefined)
    return [
      `${sender} ${mark('dim', `${describeDeletion(entry, context)}${idBehind(entry, context)}`)}`,
    ]
  if (isStored(entry) && entry.isBlocked)
    return [`${sender} ${mark('dim', `(you have blocked them)${idBehind(entry, context)}`)}`]
  lines[0] = `${sender} ${lines[0]}`
  lines.push(...fileLines(entry))
  lines[lines.length - 1] += mark('dim', marksBehind(entry, context))
  return lines
}

function describeDeletion({ deleted_by }: StoredMessage, { nameOf }: EntryContext): string {
  if (deleted_by === undefined) return '(deleted)'
  return `(deleted by ${deleted_by === 0 ? 'the server' : nameOf(deleted_by)})`
}

function fileLines(entry: StoredMessage | PendingMessage): string[] {
  return describeFiles(entry).map(
    (file) => `${mark('bold', '📎')} ${sanitizeLine(file)} ${mark('dim', '(/open)')}`,
  )
}

/** What stands behind a message: whether it was edited, where it is, and its id. */
function marksBehind(entry: PaneEntry, context: EntryContext): string {
  const { isOpen, receipt } = context
  if (!isStored(entry)) return isOpen ? ' (sending …)' : ' (waits for a connection)'
  const edited = entry.edited_at === undefined ? '' : ' (edited)'
  const { count = 0 } = entry.replies ?? {}
  const replies = count === 0 ? '' : ` [${count === 1 ? '1 reply' : `${count} replies`}: /thread]`
  return `${edited}${replies}${receipt === '' ? '' : ` ${receipt}`}${idBehind(entry, context)}`
}

function idBehind(entry: StoredMessage, { hasId }: EntryContext): string {
  return hasId === true ? ` #${entry.id}` : ''
}

function highlightMentions(lines: string[], mentions: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const found = findMention(line, mentions)
    if (!found) continue
    const { start, end } = found
    lines[index] = line.slice(0, start) + mark('mention', line.slice(start, end)) + line.slice(end)
  }
}

/** Where one of some words, in lower case, stands in a text by itself. */
export function findMention(
  text: string,
  mentions: readonly string[],
): { start: number; end: number } | undefined {
  const lower = text.toLowerCase()
  // The case of some letters changes their length; then the places would not be the text's.
  if (lower.length !== text.length) return undefined
  for (const word of mentions) {
    for (let start = lower.indexOf(word); start >= 0; start = lower.indexOf(word, start + 1)) {
      const end = start + word.length
      if (!isWordCharacter(lower[start - 1]) && !isWordCharacter(lower[end])) return { start, end }
    }
  }
  return undefined
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character)
}

function quoteLines(
  entry: PaneEntry,
  { repliedTo, nameOf }: EntryContext,
  width: number,
): string[] {
  const id = replyTo(entry)
  if (id === undefined) return []
  const said = repliedTo?.deleted_at === undefined ? repliedTo?.content : '(deleted)'
  const quote =
    repliedTo === undefined
      ? `┌ to message ${id}`
      : `┌ <${nameOf(repliedTo.sender_id)}> ${sanitizeLine((said ?? '').slice(0, QUOTE_LENGTH))}`
  return wrapMarked(mark('dim', quote), width).slice(0, 1)
}

/** Who wrote it; undefined of a line of the client's own. */
function senderOf(entry: PaneEntry): number | undefined {
  return isStored(entry) || entry.type === 'pending' ? entry.sender_id : undefined
}

function replyTo(entry: PaneEntry): number | undefined {
  if (isStored(entry)) return entry.reply_to ?? entry.thread
  return entry.type === 'pending' ? entry.reply_to : undefined
}

function reactionLines(entry: PaneEntry, userId: number, width: number): string[] {
  if (!isStored(entry) || entry.reactions.length === 0) return []
  const shown = entry.reactions.map(({ emoji, userIds }) => {
    const text = `${sanitizeLine(emoji)} ${userIds.length}`
    return userIds.includes(userId) ? mark('own', `[${text}]`) : text
  })
  return wrapMarked(shown.join('  '), width)
}
