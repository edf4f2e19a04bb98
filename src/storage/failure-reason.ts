/** The innermost message, on one line: drivers wrap theirs, and Prisma's span several lines. */
export function failureReason(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0]
  const { message, originalMessage } = inner as { message?: string; originalMessage?: string }
  return (originalMessage ?? message ?? String(inner)).trim().split('\n').at(-1)!
}
