import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, parseMarkup } from '../../src/view/markup.ts'
import type { Inline } from '../../src/view/markup-inline.ts'

const users = new Map([
  [12, 'Anna'],
  [13, 'Anna Smith'],
])

/** A message in a short form: `<bold>…</bold>`, links with their address. */
function read(content: string): string {
  return parseMarkup(content, users).map(blockText).join('\n')
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return block.children.map(inlineText).join('')
    case 'code':
      return `<pre ${block.language ?? ''}>${block.text}</pre>`
    case 'quote':
      return `<quote>${block.children.map(blockText).join('\n')}</quote>`
    case 'list': {
      const items = block.items.map((item) => item.map(inlineText).join(''))
      return `<list ${block.start ?? ''}>${items.join('|')}</list>`
    }
  }
}

function inlineText(inline: Inline): string {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'break':
      return '<br>'
    case 'code':
      return `<code>${inline.text}</code>`
    case 'mention':
      return `<${inline.userId}>${inline.text}</>`
    case 'link':
      return `<a ${inline.href}>${inline.children.map(inlineText).join('')}</a>`
    default:
      return `<${inline.type}>${inline.children.map(inlineText).join('')}</${inline.type}>`
  }
}

describe('marks in a line', () => {
  it.each([
    ['plain', 'plain'],
    ['a **b** c', 'a <bold>b</bold> c'],
    ['*a* and _b_', '<italic>a</italic> and <italic>b</italic>'],
    ['***a***', '<bold><italic>a</italic></bold>'],
    ['**a *b* c**', '<bold>a <italic>b</italic> c</bold>'],
    ['~~a~~', '<strike>a</strike>'],
    ['`a *b*`', '<code>a *b*</code>'],
    ['``a ` b``', '<code>a ` b</code>'],
    ['one\ntwo', 'one<br>two'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['snake_case_name', 'snake_case_name'],
    ['**open', '**open'],
    ['a*', 'a*'],
    ['****', '****'],
    ['`open', '`open'],
    ['**a *b** c*', '<bold>a *b</bold> c*'],
    ['<b>no</b> &amp;', '<b>no</b> &amp;'],
  ])('%j is read as %j', (content, shown) => {
    expect(read(content)).toBe(shown)
  })
})

describe('links', () => {
  it.each([
    ['see https://a.example/b?c=d.', 'see <a https://a.example/b?c=d>https://a.example/b?c=d</a>.'],
    ['(https://a.example/x_(y))', '(<a https://a.example/x_(y)>https://a.example/x_(y)</a>)'],
    ['[the *site*](https://a.example)', '<a https://a.example/>the <italic>site</italic></a>'],
    ['mailto:anna@a.example', '<a mailto:anna@a.example>mailto:anna@a.example</a>'],
    ['xhttps://a.example', 'xhttps://a.example'],
  ])('%j is read as %j', (content, shown) => {
    expect(read(content)).toBe(shown)
  })

  it.each([
    'javascript:alert(1)',
    '[a](javascript:alert(1))',
    '[a](data:text/html,b)',
    '[a](JaVaScRiPt:alert(1))',
    '[a](//evil.example)',
    '[a](vbscript:b)',
    'https://bank.example@evil.example/',
    '[a](https://user:password@evil.example/)',
    'https://',
  ])('%j has none', (content) => {
    expect(read(content)).not.toContain('<a ')
  })

  it('whose words pass for another address show the true one', () => {
    const evil = '<a https://evil.example/>https://evil.example/</a>'
    expect(read('[bank.example](https://evil.example/)')).toBe(`bank.example (${evil})`)
    expect(read('[https://bank.example](https://evil.example/)')).toBe(
      `https://bank.example (${evil})`,
    )
  })
})

describe('blocks', () => {
  it.each([
    ['a\n\nb', 'a\nb'],
    ['```js\nlet *a* = `b`\n```', '<pre js>let *a* = `b`</pre>'],
    ['```\nopen', '<pre >open</pre>'],
    ['> a\n> **b**\nc', '<quote>a<br><bold>b</bold></quote>\nc'],
    ['- a\n- *b*', '<list >a|<italic>b</italic></list>'],
    ['3. a\n4. b', '<list 3>a|b</list>'],
    ['a\n- b', 'a\n<list >b</list>'],
    ['-no list', '-no list'],
    ['a\r\nb', 'a<br>b'],
    ['', ''],
  ])('%j is read as %j', (content, shown) => {
    expect(read(content)).toBe(shown)
  })

  it('in quotes go only so deep', () => {
    expect(read('>'.repeat(40)).match(/<quote>/g)).toHaveLength(4)
  })
})

describe('mentions', () => {
  it.each([
    ['@Anna hi', '<12>@Anna</> hi'],
    ['@anna smith!', '<13>@anna smith</>!'],
    ['@12', '<12>@12</>'],
    ['@Annabel', '@Annabel'],
    ['@Bert', '@Bert'],
    ['a@Anna', 'a@Anna'],
    ['`@Anna`', '<code>@Anna</code>'],
  ])('%j is read as %j', (content, shown) => {
    expect(read(content)).toBe(shown)
  })
})

describe('any text', () => {
  const marks = fc.constantFrom('**', '```', 'https://a.b/', '\u202e', ...'*_~`[]()@> \n-1.#')
  const content = fc
    .array(fc.oneof(marks, fc.string()), { maxLength: 60 })
    .map((parts) => parts.join(''))

  it('is read, and nothing in it leads elsewhere than to http, https and mailto', () => {
    fc.assert(
      fc.property(content, (text) => {
        const seen = JSON.stringify(parseMarkup(text, users))
        for (const [, href] of seen.matchAll(/"href":"([^"]*)"/g))
          expect(href).toMatch(/^(?:https?|mailto):/)
      }),
    )
  })

  it('turns nothing around it', () => {
    const turning = /[\u202a-\u202e\u2066-\u2069]/
    expect(read('a\u202eb `c\u2066` @Anna')).toContain('‹U+202E›')
    fc.assert(
      fc.property(content, (text) => {
        for (const block of parseMarkup(text, users)) expect(blockText(block)).not.toMatch(turning)
      }),
    )
  })

  it('keeps its words', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (words) => {
        const text = words.map((word, i) => `${'*_~`['[i % 5]}${word}`).join(' ')
        for (const word of words) expect(read(text)).toContain(word)
      }),
    )
  })

  it.each(['*', '_', '`', '[', '@', '**a', '`a``', '[a](', 'https://a/)', '> ', '(', '@a '])(
    'of 64 KB of %j is read with one look at each place',
    (mark) => {
      const many = new Map(Array.from({ length: 50 }, (_, i) => [i + 1, `a${i}`]))
      const long = mark.repeat(Math.floor(65_536 / mark.length))
      expect(parseMarkup(long, many).length).toBeGreaterThan(0)
    },
  )
})
