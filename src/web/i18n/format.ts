import { useMemo } from 'react'
import { type Language, useLanguage } from './words.ts'

/** Times and lists as whoever reads them writes them. */
export interface Format {
  /** 14:05 */
  time(iso: string): string
  /** The time today, the day of the week within a week, else the date. */
  when(iso: string): string
  /** Friday, 28 November 2026; of `YYYY-MM-DD`. */
  day(date: string): string
  /** The day and the time, in full. */
  full(iso: string): string
  /** 5 minutes ago */
  ago(iso: string): string
  /** Anna, Ben and Cem */
  list(names: readonly string[]): string
}

export function useFormat(): Format {
  const { language } = useLanguage()
  return useMemo(() => createFormat(localeOf(language)), [language])
}

/** The reader's own kind of the language: who reads English in Austria has Austria's dates. */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Unit → how many milliseconds it has, the longest first. */
const UNITS = [
  ['day', DAY_MS],
  ['hour', 60 * MINUTE_MS],
  ['minute', MINUTE_MS],
] as const

export function createFormat(locale: string, now = Date.now): Format {
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  const time = date({ timeStyle: 'short' })
  const weekday = date({ weekday: 'short' })
  const short = date({ dateStyle: 'short' })
  const day = date({ dateStyle: 'full', timeZone: 'UTC' })
  const full = date({ dateStyle: 'full', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  return {
    time: (iso) => time.format(new Date(iso)),
    when(iso) {
      const then = new Date(iso)
      if (dayOf(then) === dayOf(new Date(now()))) return time.format(then)
      return (now() - then.getTime() < 6 * DAY_MS ? weekday : short).format(then)
    },
    day: (text) => day.format(new Date(`${text}T00:00:00Z`)),
    full: (iso) => full.format(new Date(iso)),
    ago(iso) {
      const passedMs = now() - new Date(iso).getTime()
      const [unit, unitMs] = UNITS.find(([, ms]) => passedMs >= ms) ?? UNITS[2]
      return relative.format(-Math.floor(Math.max(passedMs, 0) / unitMs), unit)
    },
    list: (names) => list.format(names),
  }
}

/** `YYYY-MM-DD` of a time in the reader's zone. */
export function dayOf(time: Date): string {
  const [month, day] = [time.getMonth() + 1, time.getDate()].map((n) => String(n).padStart(2, '0'))
  return `${time.getFullYear()}-${month}-${day}`
}
