import { useEffect, useState } from 'react'
import { useConnection } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'

/** A connection that comes back sooner than this was hardly away. */
const PATIENCE_MS = 1_200

/** Says that there is no connection, and when it is tried again; nothing while there is one. */
export function ConnectionBanner() {
  const words = useWords().connection
  const { state, retryAt, reconnect } = useConnection()
  const isLate = useIsLate(state !== 'open')
  const seconds = useSecondsUntil(state === 'waiting' ? retryAt : undefined)
  // Always there: what is announced must be known to be a place for news.
  return (
    <div className={isLate ? 'banner' : 'unseen'} role="status">
      {isLate && (
        <>
          <span>
            {!navigator.onLine && words.offline}
            {navigator.onLine && state === 'waiting' && words.waiting(seconds)}
            {navigator.onLine && state !== 'waiting' && words.connecting}
          </span>
          {state === 'waiting' && (
            <button type="button" className="button small" onClick={reconnect}>
              {words.retry}
            </button>
          )}
        </>
      )}
    </div>
  )
}

/** Whether something has held for a while. */
function useIsLate(holds: boolean): boolean {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    if (!holds) {
      setLate(false)
      return undefined
    }
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [holds])
  return isLate && holds
}

function useSecondsUntil(timeMs: number | undefined): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (timeMs === undefined) return undefined
    const tick = () => setSeconds(Math.max(0, Math.ceil((timeMs - Date.now()) / 1_000)))
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [timeMs])
  return seconds
}
