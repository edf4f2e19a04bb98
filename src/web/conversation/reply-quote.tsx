import { useClient, useDisplayName, useMessage } from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { useConversation } from './conversation-context.ts'

/** The message that another one answers; a press goes there. */
export function ReplyQuote({ id }: { readonly id: number }) {
  const words = useWords()
  const { chat, jumpTo } = useConversation()
  const { userId } = useClient()
  const message = useMessage(chat, id)
  const name = useDisplayName(message?.sender_id ?? userId)
  return (
    <button
      type="button"
      className="reply-quote"
      title={words.messages.jumpToReply}
      tabIndex={-1}
      onClick={() => jumpTo(id)}
    >
      {message && (
        <span className="reply-name one-line" dir="auto">
          {name}
        </span>
      )}
      <span className="one-line" dir="auto">
        {message ? previewOf(message, words) : words.messages.unknownReply}
      </span>
    </button>
  )
}
