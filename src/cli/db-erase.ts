import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DbEraseConfig } from '../config/db-data-config.ts'
import { isUploadName } from '../protocol/upload-name.ts'
import type { DurableStore } from '../storage/database.ts'
import { type ErasedCounts, type ErasedPart, UserEraser } from '../storage/erase-user.ts'
import type { Host } from './host.ts'

const WORDS: Readonly<Record<ErasedPart, string>> = {
  profile: 'name and avatar',
  messages: 'messages',
  reactions: 'reactions',
  blocks: 'blocks',
  reports: 'reports, by the user and of messages of the user',
  chat_cursors: 'receipts',
  chat_settings: 'settings of chats',
  thread_follows: 'threads followed',
  mentions: 'mentions',
  last_seen: 'time last seen',
  memberships: 'memberships',
  namings: 'earlier names in the log',
  uploads: 'uploaded files',
}

/** `chatws db erase`. */
export async function eraseUser(
  { user: userId, yes, uploadFolder, json }: Readonly<DbEraseConfig>,
  host: Host,
  store: DurableStore,
): Promise<number> {
  const removeFile = (folder: string) => async (name: string) => {
    if (isUploadName(name)) await rm(join(folder, name), { force: true })
  }
  const eraser = new UserEraser(store, {
    userId,
    ...(uploadFolder === undefined ? {} : { removeFile: removeFile(uploadFolder) }),
    onProgress: (part, count) => {
      if (host.stderr.isTTY) host.stderr.write(`\r\x1b[K${WORDS[part]}: ${count} …`)
    },
  })
  const counts = await (yes ? eraser.erase() : eraser.count())
  if (host.stderr.isTTY) host.stderr.write('\r\x1b[K')
  host.stdout.write(
    json
      ? `${JSON.stringify({ user: userId, isDryRun: !yes, counts })}\n`
      : describe(counts, { userId, isDone: yes }),
  )
  return 0
}

function describe(
  counts: ErasedCounts,
  { userId, isDone }: { userId: number; isDone: boolean },
): string {
  const rows = Object.entries(counts).filter(([, count]) => count > 0)
  const lines = rows.map(
    ([part, count]) => `${String(count).padStart(9)}  ${WORDS[part as ErasedPart]}\n`,
  )
  if (rows.length === 0) return `Nothing is kept of user ${userId}\n`
  return isDone
    ? `Of user ${userId} are erased:\n${lines.join('')}`
    : `Of user ${userId} would be erased:\n${lines.join('')}Nothing is changed yet: --yes erases it, for good\n`
}
