import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * Creates an empty file that only its owner may read and write, whatever the umask, unless there is
 * one: SQLite keeps the mode, also for what it puts beside it. One that is there is not opened: that
 * would end the locks that this process has on it.
 */
export async function createPrivateFile(path: string): Promise<void> {
  if (existsSync(path)) return
  const file = await open(path, 'a', 0o600)
  try {
    await file.chmod(0o600)
  } finally {
    await file.close()
  }
}
