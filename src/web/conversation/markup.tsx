import { Fragment, memo, type ReactNode } from 'react'
import { type Block, type Inline, parseMarkup, useDisplayName } from '../../react/react.ts'

interface MarkupProps {
  readonly text: string
  /** Whom the message mentions: user → shown as. */
  readonly mentioned: ReadonlyMap<number, string>
  readonly ownId: number
}

/** A message with its marks, as elements: nothing of it is ever read as HTML. */
export const Markup = memo(function Markup({ text, mentioned, ownId }: MarkupProps) {
  return <>{parseMarkup(text, mentioned).map((block, i) => drawBlock(block, i, ownId))}</>
})

function drawBlock(block: Block, key: number, ownId: number): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {drawInlines(block.children, ownId)}
        </p>
      )
    case 'code':
      return (
        // A long line is read by scrolling, by keyboard too.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached
        <pre key={key} dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote key={key}>
          {block.children.map((child, i) => drawBlock(child, i, ownId))}
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a message's text has no other order
        <li key={i} dir="auto">
          {drawInlines(item, ownId)}
        </li>
      ))
      return block.start === undefined ? (
        <ul key={key}>{items}</ul>
      ) : (
        <ol key={key} start={block.start}>
          {items}
        </ol>
      )
    }
  }
}

function drawInlines(inlines: readonly Inline[], ownId: number): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a message's text has no other order
  return inlines.map((inline, i) => <Fragment key={i}>{drawInline(inline, ownId)}</Fragment>)
}

function drawInline(inline: Inline, ownId: number): ReactNode {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'break':
      return <br />
    case 'bold':
      return <strong>{drawInlines(inline.children, ownId)}</strong>
    case 'italic':
      return <em>{drawInlines(inline.children, ownId)}</em>
    case 'strike':
      return <s>{drawInlines(inline.children, ownId)}</s>
    case 'code':
      return <code dir="ltr">{inline.text}</code>
    case 'link':
      return (
        <a href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
          {drawInlines(inline.children, ownId)}
        </a>
      )
    case 'mention':
      return <Mention userId={inline.userId} isOwn={inline.userId === ownId} />
  }
}

/** A user by the name of now, however the message has it. */
function Mention({ userId, isOwn }: { readonly userId: number; readonly isOwn: boolean }) {
  return <bdi className={isOwn ? 'mention own' : 'mention'}>@{useDisplayName(userId)}</bdi>
}
