/** Who has an own message, in marks and words: sent, delivered to someone, read by n. */
export function describeReceipts({
  delivered,
  read,
}: {
  readonly delivered: number
  readonly read: number
}): string {
  if (read > 0) return `✓✓ read by ${read}`
  return delivered > 0 ? '✓✓' : '✓'
}
