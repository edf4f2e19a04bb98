/** Stands before the name of a file that the server keeps. */
const UPLOAD = 'uploads/'

/** The files that a message names: with commas between them where one of them is an upload. */
export function splitPaths(filePaths: string): readonly string[] {
  const paths = filePaths
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '')
  return paths.some((path) => path.startsWith(UPLOAD)) ? paths : [filePaths]
}

/** What a message's files are, in words: the type where there is one, then each path. */
export function describeFiles(filePaths: string, fileType: string | undefined): string[] {
  const paths = splitPaths(filePaths)
  const types = fileType?.split(',').map((type) => type.trim()) ?? []
  return paths.map((path, index) => {
    const type = types[types.length === paths.length ? index : 0]
    return `${type || 'file'}: ${path}`
  })
}
