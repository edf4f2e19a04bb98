'use client'

import { Fragment, type ReactNode, useMemo } from 'react'
import { type Block, parseMarkup } from '../view/markup.ts'
import type { Inline } from '../view/markup-inline.ts'
import { useNames } from './use-people.ts'

/** Replaces what a mention is drawn as. */
export type MentionComponent = (props: {
  readonly userId: number
  readonly text: string
}) => ReactNode

export interface MarkupProps {
  readonly content: string
  /** Whom the message mentions. */
  readonly mentions?: readonly number[] | undefined
  readonly components?: { readonly Mention?: MentionComponent }
}

const NOBODY: readonly number[] = []

/** The content of a message with its marks; never HTML of others. */
export function Markup({ content, mentions = NOBODY, components = {} }: MarkupProps) {
  const names = useNames(mentions)
  const blocks = useMemo(
    () => parseMarkup(content, new Map(mentions.map((id, i) => [id, names[i]!]))),
    [content, mentions, names],
  )
  const { Mention = PlainMention } = components
  return blocks.map((block, i) => drawBlock(block, i, Mention))
}

function PlainMention({ userId, text }: { userId: number; text: string }) {
  return (
    <span data-mention={userId}>
      <bdi>{text}</bdi>
    </span>
  )
}

function drawBlock(block: Block, key: number, Mention: MentionComponent): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {drawAll(block.children, Mention)}
        </p>
      )
    case 'code':
      return (
        <pre key={key} dir="ltr" data-language={block.language}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote key={key}>
          {block.children.map((child, i) => drawBlock(child, i, Mention))}
        </blockquote>
      )
    case 'list': {
      const items = block.items.map((item, i) => ({ id: `${i}`, children: drawAll(item, Mention) }))
      const lines = items.map(({ id, children }) => (
        <li key={id} dir="auto">
          {children}
        </li>
      ))
      if (block.start === undefined) return <ul key={key}>{lines}</ul>
      return (
        <ol key={key} start={block.start}>
          {lines}
        </ol>
      )
    }
  }
}

function drawAll(children: readonly Inline[], Mention: MentionComponent): ReactNode {
  return children.map((child, i) => {
    const key = `${i}`
    return <Fragment key={key}>{draw(child, Mention)}</Fragment>
  })
}

function draw(inline: Inline, Mention: MentionComponent): ReactNode {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'break':
      return <br />
    case 'code':
      return <code dir="ltr">{inline.text}</code>
    case 'bold':
      return <strong>{drawAll(inline.children, Mention)}</strong>
    case 'italic':
      return <em>{drawAll(inline.children, Mention)}</em>
    case 'strike':
      return <s>{drawAll(inline.children, Mention)}</s>
    case 'mention':
      return <Mention userId={inline.userId} text={inline.text} />
    case 'link':
      return (
        <a href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
          {drawAll(inline.children, Mention)}
        </a>
      )
  }
}
