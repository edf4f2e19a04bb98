import { useEffect, useState } from 'react'

const TICK_MS = 250

/** Milliseconds until `atMs` on the clock of `Date.now`, kept up to date while `isRunning`. */
export function useCountdown(atMs: number, isRunning: boolean): number {
  const [, tick] = useState(0)
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [isRunning])
  return atMs - Date.now()
}
