import type { Block, Inline } from '../../react/react.ts'

/** What a message says without its marks, in one line. */
export function plainText(blocks: readonly Block[]): string {
  return blocks.map(textOfBlock).join(' ').replace(/\s+/g, ' ').trim()
}

function textOfBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return textOf(block.children)
    case 'code':
      return block.text
    case 'quote':
      return plainText(block.children)
    case 'list':
      return block.items.map(textOf).join(' ')
  }
}

function textOf(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.type === 'break') return ' '
      return 'children' in inline ? textOf(inline.children) : inline.text
    })
    .join('')
}
