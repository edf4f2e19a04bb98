import { chatOf, messageRef } from '../../protocol/chat.ts'
import { type ChatRef, useClient, usePins } from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { MessageLine } from './message-line.tsx'
import { Panel } from './panel.tsx'
import { useMessageHref } from './panel-route.ts'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { useAct } from './use-act.ts'

/** The pinned messages of a chat, the one pinned last first. */
export function PinsPanel({ chat }: { readonly chat: ChatRef }) {
  const words = useWords()
  const client = useClient()
  const { pins, status, error, reload } = usePins(chat)
  const { problem, act } = useAct()
  const hrefTo = useMessageHref()
  const { kind } = chatOf(chat)
  const unpin = (id: number) => void act(() => client.pin(messageRef(kind, id), { pinned: false }))
  return (
    <Panel title={words.panels.pins.title}>
      <div className="pane-body">
        <Problem text={problem} />
        {pins.length === 0 && (
          <PanelState {...{ status, error }} empty={words.panels.pins.empty} onRetry={reload} />
        )}
        <ul>
          {pins.map((message) => (
            <li key={message.id} className="with-tool">
              <MessageLine
                href={hrefTo({ chat, messageId: message.id })}
                senderId={message.sender_id}
                createdAt={message.created_at}
                text={previewOf(message, words)}
              />
              <IconButton
                icon="close"
                label={words.panels.pins.unpin}
                onClick={() => unpin(message.id)}
              />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}
