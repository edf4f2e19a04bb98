import { useEffect, useState } from 'react'
import { useLanguage } from '../i18n/words.ts'

/** How often what has passed is shown anew, in milliseconds. */
const TICK_MS = 5_000

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** How long it is since a time, in the largest unit that has passed. */
export function usePassed(since: string): string {
  const { language } = useLanguage()
  const [nowMs, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return lengthOf((nowMs - Date.parse(since)) / 1_000, language)
}

/** A length of time in words: 3 minutes. */
export function lengthOf(seconds: number, locale: string): string {
  const passed = Math.max(0, Math.floor(seconds))
  const [unit, size] = UNITS.find(([, length]) => passed >= length) ?? UNITS[3]
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.floor(passed / size))
}
