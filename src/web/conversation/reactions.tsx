import { type KnownMessage, useNames, useReactions } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { useConversation } from './conversation-context.ts'

interface ReactionsProps {
  readonly message: KnownMessage
  readonly isStop: boolean
}

/** What others, and the user, feel about a message. A press adds the own reaction, or takes it away. */
export function Reactions({ message, isStop }: ReactionsProps) {
  const { chat } = useConversation()
  const { reactions, toggle } = useReactions(chat, message.id)
  if (reactions.length === 0) return null
  return (
    <div className="reactions">
      {reactions.map((reaction) => (
        <ReactionButton
          key={reaction.emoji}
          {...reaction}
          isStop={isStop}
          onToggle={() => toggle(reaction.emoji)}
        />
      ))}
    </div>
  )
}

interface ReactionButtonProps {
  readonly emoji: string
  readonly count: number
  readonly userIds: readonly number[]
  readonly isOwn: boolean
  readonly isStop: boolean
  readonly onToggle: () => void
}

/** So many of those who reacted are named. */
const MAX_NAMED = 8

function ReactionButton({ emoji, count, userIds, isOwn, isStop, onToggle }: ReactionButtonProps) {
  const words = useWords().messages
  const format = useFormat()
  const names = useNames(userIds.slice(0, MAX_NAMED))
  const others = count - names.length
  const shown = others > 0 ? [...names, words.andOthers(others)] : names
  const label = words.reaction(emoji, format.list(shown), count)
  return (
    <button
      type="button"
      className="reaction"
      aria-pressed={isOwn}
      aria-label={label}
      title={label}
      tabIndex={isStop ? 0 : -1}
      onClick={onToggle}
    >
      <span aria-hidden="true">{emoji}</span>
      <span aria-hidden="true" className="count">
        {count}
      </span>
    </button>
  )
}
