import { type KeyboardEvent, useState } from 'react'

const KEYS: Readonly<Record<string, (now: number, count: number) => number>> = {
  ArrowDown: (now, count) => Math.min(now + 1, count - 1),
  ArrowUp: (now) => Math.max(now - 1, 0),
  Home: () => 0,
  End: (_now, count) => count - 1,
}

/** The way through a list by arrow keys, which is one stop of the Tab key. */
export interface Roving {
  readonly listProps: { onKeyDown(event: KeyboardEvent<HTMLElement>): void }
  /** What an item gets; its `data-stop` says that it is one. */
  itemProps(key: string): { tabIndex: number; 'data-stop': ''; onFocus(): void }
}

/** @param keys of the items, in order; @param current the one that Tab goes to before any was chosen */
export function useRoving(keys: readonly string[], current?: string): Roving {
  const [chosen, setChosen] = useState<string>()
  const isThere = (key: string | undefined) => key !== undefined && keys.includes(key)
  const stop = [chosen, current].find(isThere) ?? keys[0]
  return {
    listProps: {
      onKeyDown(event) {
        const move = KEYS[event.key]
        if (!move || event.altKey || event.ctrlKey || event.metaKey) return
        const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-stop]')]
        const now = stops.indexOf(document.activeElement as HTMLElement)
        if (now < 0) return
        event.preventDefault()
        stops[move(now, stops.length)]?.focus()
      },
    },
    itemProps: (key) => ({
      tabIndex: key === stop ? 0 : -1,
      'data-stop': '',
      onFocus: () => setChosen(key),
    }),
  }
}
