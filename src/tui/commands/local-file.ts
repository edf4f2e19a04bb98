import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import type { Env } from '../screen/theme.ts'

/** A file of this machine, read when it is sent. */
export interface LocalFile {
  readonly name: string
  readonly content: Blob
}

/**
 * The file at a path as it was entered: with `~`, and as terminals put it there when a file is
 * dropped on them, in quotes or with `\` before spaces. Throws in words what keeps it from being
 * sent.
 */
export async function openLocalFile(entered: string, env: Env): Promise<LocalFile> {
  const paths = [entered, unquote(entered)].map((path) => expandHome(path, env))
  const found = await Promise.all(paths.map((path) => stat(path).catch((error: Error) => error)))
  const index = found.findIndex((one) => !(one instanceof Error))
  const info = found[Math.max(0, index)]!
  const path = paths[Math.max(0, index)]!
  if (info instanceof Error) throw new Error(describe(path, info))
  if (!info.isFile()) throw new Error(`${path} is no file`)
  if (info.size === 0) throw new Error(`${path} is empty`)
  try {
    return { name: basename(path), content: await openAsBlob(path) }
  } catch (error) {
    throw new Error(describe(path, error as Error), { cause: error })
  }
}

/** `~` and `~/…` in the user's own folder. */
export function expandHome(path: string, env: Env): string {
  const home = env.HOME || homedir()
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path
}

function unquote(path: string): string {
  const [, quoted] = /^(?:"(.*)"|'(.*)')$/s.exec(path)?.filter((part) => part !== undefined) ?? []
  return quoted ?? path.replace(/\\(.)/gs, '$1')
}

function describe(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return `there is no file ${path}`
  if (error.code === 'EACCES' || error.code === 'EPERM') return `${path} may not be read`
  return `${path}: ${error.message}`
}
