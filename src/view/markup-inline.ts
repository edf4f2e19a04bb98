/** A part of a line. */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'break' }
  | { readonly type: 'bold' | 'italic' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: 'mention'; readonly userId: number; readonly text: string }

/** Whom a message mentions: user → what the user is shown as. */
export type MentionedUsers = ReadonlyMap<number, string>

/** Mark → what stands between two of it. */
const MARKS = { '**': 'bold', __: 'bold', '~~': 'strike', '*': 'italic', _: 'italic' } as const
type Mark = keyof typeof MARKS

/** Bidirectional embeddings, overrides and isolates: what they do to the text around them misleads. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g

const LABELLED = /\[([^[\]\n]{1,500})\]\(((?:https?:\/\/|mailto:)[^\s()<>]{1,2000})\)/iy
const BARE = /(?:https?:\/\/|mailto:)[^\s<>"`]{1,2000}/iy
const WORD = /[\p{L}\p{M}\p{N}_]/u
/** What may begin something: all else is text without a look. */
const PLAIN = /[^\n`*_~[@hm]+/iy

interface Opened {
  readonly mark: Mark
  /** Where what stands behind it begins among the nodes. */
  readonly from: number
}

/** Reads one line or paragraph, in time that grows with its length. */
export class InlineParser {
  /** Name in lower case → the user, the longest name first. */
  readonly #names: readonly { readonly name: string; readonly userId: number }[]

  constructor(users: MentionedUsers = new Map()) {
    this.#names = Array.from(users)
      .flatMap(([userId, name]) => [
        { name: fold(name), userId },
        { name: String(userId), userId },
      ])
      .sort((a, b) => b.name.length - a.name.length)
  }

  /** The text, in which what would turn it around is named. */
  shown(text: string): string {
    return text.replace(TURNING, (char) => `‹U+${char.charCodeAt(0).toString(16).toUpperCase()}›`)
  }

  parse(text: string, hasLinks = true): Inline[] {
    const nodes: Inline[] = []
    const open: Opened[] = []
    /** Lengths of runs of backticks that nothing closes. */
    const unclosed = new Set<number>()
    let at = 0
    while (at < text.length) {
      const found =
        this.#codeAt(text, at, unclosed) ??
        (hasLinks ? this.#linkAt(text, at) : undefined) ??
        this.#mentionAt(text, at)
      if (found) {
        nodes.push(...found.nodes)
        at += found.length
        continue
      }
      const mark = markAt(text, at, open)
      if (mark) at += this.#marked(text, at, { mark, nodes, open })
      else at += this.#plain(text, at, nodes)
    }
    return joinTexts(nodes)
  }

  /** A mark that opens, closes or is text; returns its length. */
  #marked(
    text: string,
    at: number,
    { mark, nodes, open }: { mark: Mark; nodes: Inline[]; open: Opened[] },
  ): number {
    const [before, after] = [text[at - 1], text[at + mark.length]]
    const index = open.findLastIndex((one) => one.mark === mark)
    const isWordMark = mark.startsWith('_')
    const canClose = isInk(before) && !(isWordMark && isWord(after))
    const canOpen = isInk(after) && !(isWordMark && isWord(before))
    if (index >= 0 && canClose && nodes.length > open[index]!.from) {
      const children = joinTexts(nodes.splice(open[index]!.from))
      // Without the mark itself, which stands before what it is about.
      nodes.pop()
      nodes.push({ type: MARKS[mark], children })
      open.length = index
    } else {
      nodes.push({ type: 'text', text: mark })
      if (index < 0 && canOpen) open.push({ mark, from: nodes.length })
    }
    return mark.length
  }

  #plain(text: string, at: number, nodes: Inline[]): number {
    if (text[at] === '\n') {
      nodes.push({ type: 'break' })
      return 1
    }
    PLAIN.lastIndex = at
    const plain = PLAIN.exec(text)?.[0] ?? text[at]!
    nodes.push({ type: 'text', text: this.shown(plain) })
    return plain.length
  }

  #codeAt(text: string, at: number, unclosed: Set<number>): Found | undefined {
    if (text[at] !== '`') return undefined
    let length = 1
    while (text[at + length] === '`') length += 1
    const run = '`'.repeat(length)
    const end = unclosed.has(length) ? -1 : closing(text, run, at + length)
    if (end < 0) {
      unclosed.add(length)
      return { nodes: [{ type: 'text', text: run }], length }
    }
    const code = text.slice(at + length, end).replaceAll('\n', ' ')
    return {
      nodes: [{ type: 'code', text: this.shown(code.trim() === '' ? code : code.trim()) }],
      length: end + length - at,
    }
  }

  #linkAt(text: string, at: number): Found | undefined {
    if (text[at] === '[') {
      LABELLED.lastIndex = at
      const [all, label, address] = LABELLED.exec(text) ?? []
      const href = address === undefined ? undefined : safeHref(address)
      if (all === undefined || href === undefined) return undefined
      return { nodes: this.#labelled(label!, href), length: all.length }
    }
    if (!/[hm]/i.test(text[at]!) || isWord(text[at - 1])) return undefined
    BARE.lastIndex = at
    const bare = trimmed(BARE.exec(text)?.[0] ?? '')
    const href = bare === '' ? undefined : safeHref(bare)
    if (href === undefined) return undefined
    const children: Inline[] = [{ type: 'text', text: this.shown(bare) }]
    return { nodes: [{ type: 'link', href, children }], length: bare.length }
  }

  /** A link with words of its own; where these pass for another address, the true one stands behind them. */
  #labelled(label: string, href: string): Inline[] {
    const children = this.parse(label, false)
    const looksLikeOne = /(?:https?:|www\.|[\p{L}\p{N}-]\.\p{L}{2,})/iu.test(
      label.normalize('NFKC'),
    )
    if (!looksLikeOne || label === href || safeHref(label) === href)
      return [{ type: 'link', href, children }]
    const address: Inline = { type: 'link', href, children: [{ type: 'text', text: href }] }
    return [...children, { type: 'text', text: ' (' }, address, { type: 'text', text: ')' }]
  }

  #mentionAt(text: string, at: number): Found | undefined {
    if (text[at] !== '@' || this.#names.length === 0 || isWord(text[at - 1])) return undefined
    const first = fold(text[at + 1] ?? '')
    for (const { name, userId } of this.#names) {
      if (name[0] !== first) continue
      const written = text.slice(at + 1, at + 1 + name.length)
      if (fold(written) !== name || isWord(text[at + 1 + name.length])) continue
      const shown = `@${this.shown(written)}`
      return { nodes: [{ type: 'mention', userId, text: shown }], length: name.length + 1 }
    }
    return undefined
  }
}

interface Found {
  readonly nodes: readonly Inline[]
  /** Of the text that they were read from. */
  readonly length: number
}

/** The mark at a place: the one that closes what was opened, before the one that opens something. */
function markAt(text: string, at: number, open: readonly Opened[]): Mark | undefined {
  const marks = (Object.keys(MARKS) as Mark[]).filter((mark) => text.startsWith(mark, at))
  const [first] = marks
  if (first === undefined || marks.length === 1) return first
  const isPair = text[at + 2] !== text[at]
  if (isPair && open.some(({ mark }) => mark === first)) return first
  return marks.find((mark) => mark === open.at(-1)?.mark) ?? first
}

function closing(text: string, run: string, from: number): number {
  let end = text.indexOf(run, from)
  while (end >= 0 && text[end + run.length] === '`') {
    let next = end + run.length
    while (text[next] === '`') next += 1
    end = text.indexOf(run, next)
  }
  return end
}

/** The address where it is one that a link may lead to. */
function safeHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, username, password, href } = new URL(address)
  const isSafe = protocol === 'http:' || protocol === 'https:' || protocol === 'mailto:'
  // `https://bank.example@evil.example/` reads like the first and leads to the second.
  return isSafe && username === '' && password === '' ? href : undefined
}

/** An address in running text, without the punctuation behind it. */
function trimmed(address: string): string {
  /** How many brackets are closed that were never opened. */
  let loose = 0
  for (const char of address) loose += char === ')' ? 1 : char === '(' ? -1 : 0
  let end = address.length
  for (; end > 0; end -= 1) {
    const last = address[end - 1]!
    if (!/[.,;:!?'")\]}*_~]/.test(last) || (last === ')' && loose <= 0)) break
    if (last === ')') loose -= 1
  }
  return address.slice(0, end)
}

function joinTexts(nodes: readonly Inline[]): Inline[] {
  const joined: Inline[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { type: 'text', text: last.text + node.text }
    else joined.push(node)
  }
  return joined
}

function isInk(char: string | undefined): boolean {
  return char !== undefined && /\S/.test(char)
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && WORD.test(char)
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
