import type { ShownMessage } from '../../react/react.ts'

/** A file that a message names. */
export interface AttachedFile {
  readonly path: string
  readonly type: string
  readonly isImage: boolean
}

/** What this server's names of files look like; anything else is text that someone has sent. */
const UPLOAD = /^uploads\/[0-9a-z][0-9a-z.]*$/

/** The files of a message that this server keeps, in their order. */
export function attachedFiles({ file_paths, file_type }: ShownMessage): readonly AttachedFile[] {
  const paths = file_paths?.split(',').map((path) => path.trim()) ?? []
  const types = file_type?.split(',').map((type) => type.trim()) ?? []
  return paths
    .map((path, i) => ({ path, type: types[i] ?? types[0] ?? '' }))
    .filter(({ path }) => UPLOAD.test(path))
    .map((file) => ({ ...file, isImage: file.type.startsWith('image/') }))
}

/** What a message says of files that are not this server's, in one line; undefined where it says nothing. */
export function foreignFiles(message: ShownMessage): string | undefined {
  if (!message.file_paths || attachedFiles(message).length > 0) return undefined
  return [message.file_type, message.file_paths].filter(Boolean).join(', ')
}
