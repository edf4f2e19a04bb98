'use client'

import { useMemo } from 'react'
import { People, type ShownPresence, type ShownUser } from '../view/people.ts'
import { useChat } from './chatws-provider.tsx'
import { useReadable, useTracked } from './use-readable.ts'

/** Who is here, and who was; asked for once a connection. */
export function usePresence(): ShownPresence {
  return useTracked(useChat().part(People).presence)
}

/** What a user is called and looks like, and whether the user is here. */
export function useUser(id: number): ShownUser {
  const people = useChat().part(People)
  return useTracked(useMemo(() => people.user(id), [people, id]))
}

/** What to show for a user. */
export function useDisplayName(id: number): string {
  return useUser(id).name
}

/** What to show for users, in the same order. */
export function useNames(ids: readonly number[]): readonly string[] {
  const people = useChat().part(People)
  const key = ids.join()
  const names = useMemo(
    () => people.names(key === '' ? [] : key.split(',').map(Number)),
    [people, key],
  )
  return useReadable(names)
}
