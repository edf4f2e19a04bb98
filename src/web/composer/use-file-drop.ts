import { type RefObject, useEffect, useEffectEvent, useState } from 'react'

/**
 * Takes files that are dropped on something, if any are taken; returns whether files are held over it.
 */
export function useFileDrop(
  zone: RefObject<HTMLElement | null>,
  onFiles: ((files: readonly File[]) => void) | undefined,
): boolean {
  // It is entered and left anew with each element in it.
  const [depth, setDepth] = useState(0)
  const take = useEffectEvent((files: readonly File[]) => onFiles?.(files))
  const isTaken = onFiles !== undefined
  useEffect(() => {
    const element = zone.current
    if (!element || !isTaken) return undefined
    const end = new AbortController()
    const on = (
      type: 'dragenter' | 'dragover' | 'dragleave' | 'drop',
      act: (event: DragEvent) => void,
    ) =>
      element.addEventListener(
        type,
        (event) => {
          if (event.dataTransfer?.types.includes('Files')) act(event)
        },
        { signal: end.signal },
      )
    on('dragenter', () => setDepth((now) => now + 1))
    on('dragleave', () => setDepth((now) => Math.max(0, now - 1)))
    on('dragover', (event) => event.preventDefault())
    on('drop', (event) => {
      event.preventDefault()
      setDepth(0)
      take(Array.from(event.dataTransfer?.files ?? []))
    })
    return () => end.abort()
  }, [zone, isTaken])
  return depth > 0
}
