'use client'

import { memo, type ReactNode } from 'react'
import type { ShownUser } from '../view/people.ts'
import { usePresence, useUser } from './use-people.ts'

export interface PresenceListProps {
  readonly className?: string | undefined
  /** Whether those too are shown who were here. */
  readonly offline?: boolean
  readonly components?: {
    /** What stands in each line. */
    readonly User?: (user: ShownUser) => ReactNode
  }
  readonly labels?: {
    readonly list?: string
    readonly status?: Partial<Record<ShownUser['status'] & string, string>>
  }
}

const STATUSES = { active: 'online', idle: 'away', offline: 'offline' } as const

/** Who is here. */
export function PresenceList(props: PresenceListProps) {
  const { className, offline = false, components = {}, labels = {} } = props
  const { online, users } = usePresence()
  return (
    <ul className={className} aria-label={labels.list ?? 'People'}>
      {(offline ? users : online).map(({ userId }) => (
        <PresenceLine
          key={userId}
          userId={userId}
          User={components.User}
          statuses={labels.status}
        />
      ))}
    </ul>
  )
}

const PresenceLine = /* @__PURE__ */ memo(function PresenceLine({
  userId,
  User,
  statuses,
}: {
  readonly userId: number
  readonly User: ((user: ShownUser) => ReactNode) | undefined
  readonly statuses: Partial<Record<ShownUser['status'] & string, string>> | undefined
}) {
  const user = useUser(userId)
  const status = user.status && { ...STATUSES, ...statuses }[user.status]
  return (
    <li data-status={user.status} data-self={user.isSelf || undefined}>
      {User ? (
        <User {...user} />
      ) : (
        <>
          <bdi>{user.name}</bdi> {status}
        </>
      )}
    </li>
  )
})
