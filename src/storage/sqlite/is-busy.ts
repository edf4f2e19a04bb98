/** Whether another's lock is what was in the way, as Prisma's client or its SQLite adapter says it. */
export function isBusy(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { kind?: string } }
  return code === 'P1008' || cause?.kind === 'SocketTimeout'
}
