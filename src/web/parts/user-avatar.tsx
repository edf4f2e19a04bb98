import { useUser } from '../../react/react.ts'
import { Avatar } from './avatar.tsx'

interface UserAvatarProps {
  readonly id: number
  readonly isSmall?: boolean
  readonly hasStatus?: boolean
}

/** The picture of a user, with whether the user is here. */
export function UserAvatar({ id, isSmall = false, hasStatus = false }: UserAvatarProps) {
  const user = useUser(id)
  const status = hasStatus ? (user.status ?? 'offline') : undefined
  return (
    <Avatar
      id={id}
      name={user.name}
      picture={isOwnPicture(user.avatar) ? user.avatar : undefined}
      isSmall={isSmall}
      status={status}
    />
  )
}

/** Whether a picture is this server's: others would hear who looks at it. */
function isOwnPicture(address: string | undefined): boolean {
  return address !== undefined && new URL(address).origin === window.location.origin
}
