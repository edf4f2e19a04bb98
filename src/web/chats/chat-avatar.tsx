import type { ChatRow } from '../../react/react.ts'
import { Avatar } from '../parts/avatar.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'

/** The picture of a chat: of a direct one, the other user. */
export function ChatAvatar({ row }: { readonly row: ChatRow }) {
  if (row.direct !== undefined) return <UserAvatar id={row.direct} hasStatus />
  // Support chats have ids of their own, and colours of their own.
  const id = row.kind === 'support' ? -row.id : row.id
  return <Avatar id={id} name={row.title} isSquare />
}
