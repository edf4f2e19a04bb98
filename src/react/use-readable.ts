'use client'

import { useMemo, useSyncExternalStore } from 'react'
import { type ChatRef, chatOf, chatRef } from '../protocol/chat.ts'
import type { Readable } from '../view/readable.ts'

/** The value as it is now; the component is rendered again when it is another one. */
export function useReadable<Value>({ subscribe, get, start }: Readable<Value>): Value {
  return useSyncExternalStore(subscribe, get, () => start)
}

/**
 * The value, of which the component is rendered again only for the fields that it has read: others may
 * change as they like.
 */
export function useTracked<Value extends object>(value: Readable<Value>): Value {
  const { subscribe, get, getStart, look } = useMemo(() => track(value), [value])
  return look(useSyncExternalStore(subscribe, get, getStart))
}

/** The chat, as the same object as long as the component is about the same one. */
export function useSameChat(ref: ChatRef): ChatRef {
  const { kind, id } = chatOf(ref)
  return useMemo(() => chatRef(kind, id), [kind, id])
}

function track<Value extends object>({ subscribe, get, start }: Readable<Value>) {
  const read = new Set<keyof Value>()
  const looks = new WeakMap<Value, Value>()
  let last: Value | undefined
  return {
    subscribe,
    getStart: () => start,
    get: () => {
      const now = get()
      const before = last
      if (!before || [...read].some((key) => !Object.is(before[key], now[key]))) last = now
      return last as Value
    },
    look: (snapshot: Value): Value => {
      let look = looks.get(snapshot)
      if (!look) {
        look = {} as Value
        for (const key of Object.keys(snapshot) as (keyof Value)[])
          Object.defineProperty(look, key, {
            enumerable: true,
            get: () => {
              // What was never read may have changed since without a new snapshot.
              const isFresh = read.has(key) || snapshot === start
              read.add(key)
              return (isFresh ? snapshot : get())[key]
            },
          })
        looks.set(snapshot, look)
      }
      return look
    },
  }
}
