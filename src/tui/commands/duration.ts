const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 7 * 86_400,
}

/** A time such as `10s`, `5m`, `1h`, `2d` or `1w`, in seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * SECONDS[unit!]!
}

/**
 * Takes `for 1h`, or `1h`, from the start of a text.
 * @returns until when that is, in ISO 8601, undefined where it does not begin so; and what stands behind
 */
export function takeUntil(
  text: string,
  nowMs: number,
): { readonly until: string | undefined; readonly rest: string } {
  const [, named, bare, rest = ''] = /^(?:for\s+(\S+)|(\d+[smhdw])(?!\S))\s*(.*)$/s.exec(text) ?? []
  const said = named ?? bare
  if (said === undefined) return { until: undefined, rest: text }
  const seconds = parseDuration(said)
  if (seconds === undefined || seconds === 0)
    throw new Error(`${said} is no time: 30m, 1h, 2d and 1w are`)
  return { until: new Date(nowMs + seconds * 1_000).toISOString(), rest }
}
