/** More names are not spelled out. */
const MAX_NAMED = 3

/** Who types, in words: `Anna, Bert and 2 more are typing …`; empty where nobody does. */
export function typistsText(names: readonly string[]): string {
  if (names.length === 0) return ''
  const named = names.slice(0, MAX_NAMED).join(', ')
  const rest = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''
  return `${named}${rest} ${names.length === 1 ? 'is' : 'are'} typing …`
}
