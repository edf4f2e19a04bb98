import { readdirSync } from 'node:fs'

/**
 * Paths that begin as `begun` does, as it is written; folders end with `/`. Hidden files only where
 * the name begins with a dot. None where the folder cannot be read.
 * @param expand makes of a folder as it is written the one to read
 */
export function completePath(begun: string, expand: (path: string) => string): readonly string[] {
  if (begun === '~') return ['~/']
  const cut = begun.lastIndexOf('/') + 1
  const folder = begun.slice(0, cut)
  const name = begun.slice(cut)
  try {
    return readdirSync(expand(folder) || '.', { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(name))
      .filter((entry) => name.startsWith('.') || !entry.name.startsWith('.'))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort()
  } catch {
    return []
  }
}
