import { open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Resolves when a file's content survives a power cut. */
export async function syncFile(path: string): Promise<void> {
  await sync(path, 'r+')
}

/** Resolves when the names of the files beside one survive a power cut, where the system can tell. */
export async function syncFolderOf(path: string): Promise<void> {
  // Windows opens no folders.
  await sync(dirname(resolve(path)), 'r').catch(() => {})
}

async function sync(path: string, mode: string): Promise<void> {
  const file = await open(path, mode)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
