import { type Inline, InlineParser, type MentionedUsers } from './markup-inline.ts'

/** A part of a message that stands by itself. */
export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string; readonly language: string | undefined }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | {
      readonly type: 'list'
      /** What the first item is numbered; undefined for a list without numbers. */
      readonly start: number | undefined
      readonly items: readonly (readonly Inline[])[]
    }

/** Quotes in quotes beyond this are text. */
const MAX_DEPTH = 4

const FENCE = /^ {0,3}(`{3,})\s*([\w+#.-]{0,32})\s*$/
const QUOTE = /^ {0,3}> ?/
const BULLET = /^ {0,3}[-*•] +(?=\S)/
const NUMBER = /^ {0,3}(\d{1,9})[.)] +(?=\S)/

/**
 * Reads the marks in a message: `**bold**`, `*italic*`, `~~struck~~`, `code` and blocks of it, quotes, lists,
 * links to http, https and mailto, and mentions of `users`. What is no mark is text, HTML too. Bidirectional
 * controls that would turn the text around them are shown as text.
 */
export function parseMarkup(content: string, users?: MentionedUsers): readonly Block[] {
  return readBlocks(content.replace(/\r\n?/g, '\n').split('\n'), new InlineParser(users), 0)
}

function readBlocks(lines: readonly string[], inline: InlineParser, depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]!
    if (line.trim() === '') {
      at += 1
      continue
    }
    const end = endOf(lines, at, depth)
    blocks.push(readBlock(lines.slice(at, end), inline, depth))
    at = end
  }
  return blocks
}

/** What kind of block a line begins, or goes on with. */
function kindOf(line: string, depth: number): 'code' | 'quote' | 'bullet' | 'number' | 'text' {
  if (FENCE.test(line)) return 'code'
  if (depth < MAX_DEPTH && QUOTE.test(line)) return 'quote'
  if (BULLET.test(line)) return 'bullet'
  return NUMBER.test(line) ? 'number' : 'text'
}

/** Where the block ends that begins at a line. */
function endOf(lines: readonly string[], start: number, depth: number): number {
  const kind = kindOf(lines[start]!, depth)
  if (kind === 'code') {
    const fence = FENCE.exec(lines[start]!)![1]!
    const close = lines.findIndex((line, i) => i > start && line.trim() === fence)
    return close < 0 ? lines.length : close + 1
  }
  let end = start + 1
  while (end < lines.length && lines[end]!.trim() !== '' && kindOf(lines[end]!, depth) === kind)
    end += 1
  return end
}

function readBlock(lines: readonly string[], inline: InlineParser, depth: number): Block {
  const first = lines[0]!
  switch (kindOf(first, depth)) {
    case 'code': {
      const [, fence, language] = FENCE.exec(first)!
      const isClosed = lines.length > 1 && lines.at(-1)!.trim() === fence
      const text = lines.slice(1, isClosed ? -1 : undefined).join('\n')
      return { type: 'code', text: inline.shown(text), language: language || undefined }
    }
    case 'quote': {
      const quoted = lines.map((line) => line.replace(QUOTE, ''))
      return { type: 'quote', children: readBlocks(quoted, inline, depth + 1) }
    }
    case 'bullet':
      return { type: 'list', start: undefined, items: itemsOf(lines, BULLET, inline) }
    case 'number': {
      const start = Number(NUMBER.exec(first)![1])
      return { type: 'list', start, items: itemsOf(lines, NUMBER, inline) }
    }
    default:
      return { type: 'paragraph', children: inline.parse(lines.join('\n')) }
  }
}

function itemsOf(lines: readonly string[], mark: RegExp, inline: InlineParser): Inline[][] {
  return lines.map((line) => inline.parse(line.replace(mark, '')))
}
