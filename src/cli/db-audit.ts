import type { DbAuditConfig } from '../config/db-data-config.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import type { AdminAction } from '../storage/access-records.ts'
import type { Store } from '../storage/store.ts'
import type { Host } from './host.ts'

/** Acts that are read at once. */
const PAGE = 500

/** `chatws db audit`. */
export async function listActs(
  { user: userId, limit, before, json }: Readonly<DbAuditConfig>,
  host: Host,
  store: Pick<Store, 'access'>,
): Promise<number> {
  const acts: AdminAction[] = []
  for (let below = before ?? Number.MAX_SAFE_INTEGER; ; below = acts.at(-1)!.id) {
    const wanted = Math.min(PAGE, limit + 1 - acts.length)
    const page = await store.access.newestActs({ userId, before: below, limit: wanted })
    acts.push(...page)
    if (page.length < wanted || acts.length > limit) break
  }
  const hasMore = acts.length > limit
  const shown = acts.slice(0, limit)
  if (json) {
    const list = shown.map((act) => ({ ...act, detail: act.detail && JSON.parse(act.detail) }))
    host.stdout.write(`${JSON.stringify({ acts: list, hasMore }, null, 2)}\n`)
    return 0
  }
  if (shown.length === 0) host.stdout.write('Nobody did anything\n')
  for (const act of shown) host.stdout.write(`${describeAct(act)}\n`)
  if (hasMore) host.stdout.write(`Older ones: --before ${shown.at(-1)!.id}\n`)
  return 0
}

function describeAct({ id, at, actorId, act, detail, ...about }: AdminAction): string {
  const place = about.kind === 'support' ? 'support chat' : 'chat'
  const words = [
    String(id).padStart(6),
    at,
    (actorId === null ? 'admin token' : `user ${actorId}`).padEnd(12),
    act.padEnd(14),
    ...(about.userId === undefined ? [] : [`user ${about.userId}`]),
    ...(about.chatId === undefined ? [] : [`${place} ${about.chatId}`]),
    ...(about.messageId === undefined ? [] : [`message ${about.messageId}`]),
    ...(detail === undefined ? [] : [escapeUnsafe(detail)]),
  ]
  return words.join('  ').trimEnd()
}
