/** How a media type is kept and shown. */
export interface UploadType {
  /** The ending of the names of such files. */
  readonly extension: string
  /** Whether a browser may show it in place; anything else it only saves. */
  readonly isImage: boolean
}

const image = (extension: string): UploadType => ({ extension, isImage: true })
const other = (extension: string): UploadType => ({ extension, isImage: false })

/** Every media type that can be allowed: what is not here cannot be told by its content alone. */
export const UPLOAD_TYPES: ReadonlyMap<string, UploadType> = new Map([
  ['image/png', image('png')],
  ['image/jpeg', image('jpg')],
  ['image/gif', image('gif')],
  ['image/webp', image('webp')],
  ['image/avif', image('avif')],
  ['audio/mpeg', other('mp3')],
  ['audio/ogg', other('ogg')],
  ['audio/wav', other('wav')],
  ['audio/x-m4a', other('m4a')],
  ['video/mp4', other('mp4')],
  ['video/webm', other('webm')],
  ['video/quicktime', other('mov')],
  ['application/pdf', other('pdf')],
  ['application/zip', other('zip')],
  ['application/gzip', other('gz')],
  ['text/plain', other('txt')],
])

/** The media types that are allowed unless the configuration says otherwise. */
export const DEFAULT_UPLOAD_TYPES: readonly string[] = [...UPLOAD_TYPES.keys()].filter(
  (type) => type !== 'application/zip' && type !== 'application/gzip',
)
