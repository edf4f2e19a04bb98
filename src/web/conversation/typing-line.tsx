import { type ChatRef, useNames, useTyping } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'

/** So many who type are named. */
const MAX_NAMED = 3

/** Who else types. It has its place whether anyone does or not, so that nothing moves. */
export function TypingLine({ chat }: { readonly chat: ChatRef }) {
  const words = useWords().typing
  const format = useFormat()
  const { typists } = useTyping(chat)
  const names = useNames(typists.slice(0, MAX_NAMED))
  const text =
    typists.length > MAX_NAMED
      ? words.many(typists.length)
      : names.length === 1
        ? words.one(names[0]!)
        : words.some(format.list(names))
  return (
    <div className="typing-line one-line" data-shown={typists.length > 0 ? '' : undefined}>
      {typists.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span dir="auto">{text}</span>
        </>
      )}
    </div>
  )
}
