import type { ChatRef } from '../../react/react.ts'
import { ChatTools } from '../panels/chat-tools.tsx'
import { ConversationHead } from './conversation-head.tsx'

interface ConversationProps {
  readonly chat: ChatRef
}

/** A chat that is open. */
export function Conversation({ chat }: ConversationProps) {
  return (
    <main className="pane" data-pane="chat">
      <ConversationHead chat={chat}>
        <ChatTools chat={chat} />
      </ConversationHead>
    </main>
  )
}
