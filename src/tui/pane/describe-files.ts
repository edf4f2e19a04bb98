import { filesIn } from '../../view/files-in.ts'

/** A message's files, in words: the type where there is one, then each path. */
export function describeFiles(message: Parameters<typeof filesIn>[0]): string[] {
  return filesIn(message).map(({ path, type }) => `${type || 'file'}: ${path}`)
}
