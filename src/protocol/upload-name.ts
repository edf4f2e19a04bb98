/** The path under which uploads are fetched, and with which messages name them. */
const PREFIX = 'uploads/'

/** Files that one message may name. */
const MAX_FILES = 10

const NAME = /^[0-9a-f]{32}\.[a-z0-9]{2,4}$/

/** Whether a name is one that a server gives to an upload: a path never is. */
export function isUploadName(name: string): boolean {
  return NAME.test(name)
}

/** A file as messages name it. */
export function uploadPath(name: string): string {
  return PREFIX + name
}

/**
 * The names of the files in a message's `file_paths`, several with commas between them;
 * undefined when none of it claims to be an upload, and a name that cannot be one as it stands.
 */
export function readUploadNames(filePaths: string): string[] | undefined {
  if (!filePaths.includes(PREFIX)) return undefined
  const paths = filePaths.split(',', MAX_FILES + 1).map((path) => path.trim())
  if (!paths.some((path) => path.startsWith(PREFIX))) return undefined
  return paths.map((path) => (path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path))
}

/** Whether these are names of uploads, and no more than a message may have. */
export function areUploadNames(names: readonly string[]): boolean {
  return names.length <= MAX_FILES && names.every(isUploadName)
}
