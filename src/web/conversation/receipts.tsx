import { useNames, useReceipts } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { useConversation } from './conversation-context.ts'

/** So many readers are named. */
const MAX_NAMED = 5

/** How far an own message has come: stored, delivered, read; and by whom. */
export function Receipts({ id }: { readonly id: number }) {
  const words = useWords().messages
  const format = useFormat()
  const { chat } = useConversation()
  const { deliveredTo, readBy } = useReceipts(chat, id)
  const names = useNames(readBy.slice(0, MAX_NAMED))
  const others = readBy.length - names.length
  const readers = others > 0 ? [...names, words.andOthers(others)] : names
  const text =
    readBy.length > 0
      ? words.readBy(format.list(readers))
      : deliveredTo.length > 0
        ? words.delivered
        : words.sent
  return (
    <span
      className="ticks"
      role="img"
      aria-label={text}
      title={text}
      data-read={readBy.length > 0 ? '' : undefined}
    >
      <Icon name={deliveredTo.length > 0 || readBy.length > 0 ? 'checks' : 'check'} />
    </span>
  )
}
