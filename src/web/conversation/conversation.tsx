import { lazy, Suspense, useMemo, useRef } from 'react'
import type { ChatRef } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import type { VirtualListHandle } from '../list/virtual-list.tsx'
import {
  type ComposerHandle,
  type ConversationActions,
  ConversationContext,
} from './conversation-context.ts'
import { ConversationHead } from './conversation-head.tsx'
import { MessageList } from './message-list.tsx'

/** Loaded beside the messages: they are there first. */
const Composer = lazy(async () => ({
  default: (await import('../composer/composer.tsx')).Composer,
}))
const ChatTools = lazy(async () => ({
  default: (await import('../panels/chat-tools.tsx')).ChatTools,
}))
const TypingLine = lazy(async () => ({ default: (await import('./typing-line.tsx')).TypingLine }))
const Announcer = lazy(async () => ({ default: (await import('./announcer.tsx')).Announcer }))

interface ConversationProps {
  readonly chat: ChatRef
  readonly messageId?: number | undefined
}

/** A chat that is open. Rendered anew for another chat. */
export function Conversation({ chat, messageId }: ConversationProps) {
  const list = useRef<VirtualListHandle>(null)
  const pane = useRef<HTMLElement>(null)
  const composer = useRef<ComposerHandle>(null)
  const actions = useMemo(
    (): ConversationActions => ({
      chat,
      reply: (message) => composer.current?.reply(message),
      edit: (message) => composer.current?.edit(message),
      jumpTo: (id) => {
        window.location.hash = hrefOf({ chat, messageId: id })
      },
      focusComposer: () => composer.current?.focus(),
    }),
    [chat],
  )
  return (
    <ConversationContext value={actions}>
      <main ref={pane} className="pane conversation" data-pane="chat">
        <ConversationHead chat={chat}>
          <Suspense>
            <ChatTools chat={chat} />
          </Suspense>
        </ConversationHead>
        <MessageList chat={chat} messageId={messageId} ref={list} />
        <Suspense fallback={<div className="typing-line" />}>
          <TypingLine chat={chat} />
        </Suspense>
        <Suspense fallback={<div className="composer shadow" />}>
          <Composer
            chat={chat}
            ref={composer}
            dropZone={pane}
            onSent={() => list.current?.scrollToEnd()}
          />
        </Suspense>
        <Suspense>
          <Announcer chat={chat} />
        </Suspense>
      </main>
    </ConversationContext>
  )
}
