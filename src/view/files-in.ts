/** Stands before the name of a file that the server keeps. */
const UPLOAD = 'uploads/'

/** A file that a message names. */
export interface NamedPath {
  readonly path: string
  /** A media type; empty where the message names none. */
  readonly type: string
}

/** The files that a message names: with commas between them where one of them is an upload. */
export function filesIn({
  file_paths,
  file_type = '',
}: {
  readonly file_paths?: string | undefined
  readonly file_type?: string | undefined
}): readonly NamedPath[] {
  if (file_paths === undefined) return []
  const parts = listed(file_paths).filter((path) => path !== '')
  const paths = parts.some((path) => path.startsWith(UPLOAD)) ? parts : [file_paths]
  const types = listed(file_type)
  return paths.map((path, index) => ({
    path,
    type: types[types.length === paths.length ? index : 0] ?? '',
  }))
}

function listed(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}
