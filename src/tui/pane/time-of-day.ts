/** The local time of day of an ISO 8601 time as `HH:MM:SS`; dashes for anything else. */
export function timeOfDay(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return '--:--:--'
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** The local day of an ISO 8601 time as `Mon 2024-01-01`; undefined for anything else. */
export function dayOf(iso: string): string | undefined {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return undefined
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-')
  return `${DAYS[date.getDay()]} ${day}`
}

/** A local time as `Mon 2024-01-01 12:00`; what is none as it is. */
export function timeOf(iso: string): string {
  const day = dayOf(iso)
  return day === undefined ? iso : `${day} ${timeOfDay(iso).slice(0, 5)}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function twoDigits(part: number): string {
  return String(part).padStart(2, '0')
}
