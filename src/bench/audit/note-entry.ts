import type { ChatLedger } from './chat-ledger.ts'
import type { ParsedFrame } from './parsed-frame.ts'

/** What frames about members say of them. */
interface MembersFrame {
  readonly chat_id?: number
  readonly added?: readonly { readonly user: number }[]
  readonly removed?: readonly number[]
}

/**
 * Takes note of which chat a durable frame is of, and of whom it says to have come or gone.
 * @param userOf id of a user → its index, or -1
 */
export function noteEntry(
  chats: ChatLedger,
  frame: ParsedFrame,
  offset: number,
  userOf: (id: number) => number,
): void {
  if (frame.type === 'MEMBERS_CHANGED') {
    const { chat_id, added = [], removed = [] } = frame as MembersFrame
    const isOurs = (user: number) => user >= 0
    chats.noteChange(offset, chats.indexOf(chat_id), {
      added: added.map(({ user }) => userOf(user)).filter(isOurs),
      removed: removed.map(userOf).filter(isOurs),
    })
    return
  }
  const { chat_id, chat, payload } = frame as MembersFrame &
    ParsedFrame & { readonly chat?: { readonly chat_id: number } }
  chats.note(offset, chats.indexOf(chat_id ?? chat?.chat_id ?? payload?.chat_id))
}
