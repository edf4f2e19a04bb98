import type { DatabaseStatus, DurableDatabase } from '../storage/database.ts'
import { describeBytes } from './byte-size.ts'

/** What a database holds, for people. */
export function describeStatus(
  { description, providerName }: DurableDatabase,
  status: DatabaseStatus,
): string {
  if (!status.exists)
    return `There is no database ${description} yet: the server makes it when it starts\n`
  const rows: [string, string][] = [
    ['database', `${description} (${providerName}, ${describeBytes(status.sizeBytes ?? 0)})`],
    ['migrations', describeMigrations(status)],
  ]
  if (status.log) rows.push(['log', describeLog(status)])
  if (status.messages) {
    const { chat, support } = status.messages
    rows.push(['messages', `${chat.count} in chats, ${support.count} in support chats`])
  }
  if (status.uploads) {
    const { count, sizeBytes, unused } = status.uploads
    rows.push(['uploads', `${count}, ${describeBytes(sizeBytes)}; ${unused} of them in no message`])
  }
  return rows.map(([name, text]) => `${name.padEnd(12)}${text}\n`).join('')
}

function describeMigrations({
  appliedMigrations,
  pendingMigrations,
  problem,
}: DatabaseStatus): string {
  if (problem !== undefined) return problem
  if (pendingMigrations.length === 0) return `${appliedMigrations.length} applied, up to date`
  return `${appliedMigrations.length} applied, to come when the server starts: ${pendingMigrations.join(', ')}`
}

function describeLog({ log, messages, newestAt }: DatabaseStatus): string {
  const firsts = [messages?.chat.firstOffset, messages?.support.firstOffset].filter(
    (offset) => offset !== undefined,
  )
  const kept =
    firsts.length > 0
      ? `offsets ${Math.min(...firsts)} to ${log!.lastOffset} kept`
      : `nothing kept up to offset ${log!.lastOffset}`
  const newest = newestAt ? `, newest ${newestAt.toISOString()}` : ''
  return `epoch ${log!.epoch}, ${kept}${newest}`
}
