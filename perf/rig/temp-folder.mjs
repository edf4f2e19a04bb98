import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set()

process.on('exit', () => {
  for (const folder of folders) removeTempFolder(folder)
})

/** A new folder that is removed when this process ends, however that comes, if not before. */
export function createTempFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-perf-'))
  folders.add(folder)
  return folder
}

/** Removes a folder that `createTempFolder` made, with all that is in it. */
export function removeTempFolder(folder) {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true })
}
