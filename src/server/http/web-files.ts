import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { ChatwsError } from '../../protocol/error.ts'

/** What a folder may hold to be kept in memory: a web app, not somebody's home. */
const MAX_FILES = 2_000
const MAX_BYTES = 64 * 1024 * 1024

const INDEX = '/index.html'

/** What is below it has a name after its content, and never changes under that. */
const IMMUTABLE = '/assets/'

/** Ending of a name → its media type, and whether compressing it saves anything. */
const TYPES: Readonly<Record<string, readonly [type: string, isText: boolean]>> = {
  '.html': ['text/html; charset=utf-8', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.mjs': ['text/javascript; charset=utf-8', true],
  '.css': ['text/css; charset=utf-8', true],
  '.json': ['application/json; charset=utf-8', true],
  '.map': ['application/json; charset=utf-8', true],
  '.webmanifest': ['application/manifest+json; charset=utf-8', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.svg': ['image/svg+xml; charset=utf-8', true],
  '.wasm': ['application/wasm', true],
  '.png': ['image/png', false],
  '.jpg': ['image/jpeg', false],
  '.webp': ['image/webp', false],
  '.avif': ['image/avif', false],
  '.gif': ['image/gif', false],
  '.ico': ['image/x-icon', false],
  '.woff2': ['font/woff2', false],
  '.mp3': ['audio/mpeg', false],
  '.ogg': ['audio/ogg', false],
}

/** How a body can be packed, the tightest first. */
export const ENCODINGS = ['br', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]

const PACK: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer>>> = {
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
}

/** A file of a web app, as it is served. */
export class WebFile {
  readonly type: string
  /** Holds for every encoding. */
  readonly etag: string
  readonly isImmutable: boolean
  readonly isPage: boolean
  readonly #content: Buffer
  readonly #isText: boolean
  readonly #packed = new Map<Encoding, Promise<Buffer>>()

  constructor(path: string, content: Buffer) {
    const [type, isText] = TYPES[extname(path).toLowerCase()] ?? ['application/octet-stream', false]
    this.type = type
    this.etag = `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
    this.isImmutable = path.startsWith(IMMUTABLE)
    this.isPage = type.startsWith('text/html')
    this.#content = content
    this.#isText = isText
  }

  /** The body in the first of `wanted` that makes it smaller; packed once, when first asked for. */
  async body(wanted: readonly Encoding[]): Promise<{ content: Buffer; encoding?: Encoding }> {
    const encoding = this.#isText ? wanted[0] : undefined
    if (encoding === undefined) return { content: this.#content }
    const packing = this.#packed.get(encoding) ?? PACK[encoding](this.#content)
    this.#packed.set(encoding, packing)
    const content = await packing
    if (content.length >= this.#content.length) return { content: this.#content }
    return { content, encoding }
  }
}

/** The files of a web app, read once: what is not among them cannot be asked for. */
export class WebFiles {
  readonly index: WebFile
  readonly #files: ReadonlyMap<string, WebFile>

  private constructor(files: ReadonlyMap<string, WebFile>, index: WebFile) {
    this.#files = files
    this.index = index
  }

  /** Whether a folder holds a web app. */
  static isIn(folder: string): boolean {
    return statSync(join(folder, INDEX), { throwIfNoEntry: false })?.isFile() === true
  }

  /** Throws USAGE for a folder that cannot be read, holds too much or has no index.html. */
  static read(folder: string): WebFiles {
    const files = new Map<string, WebFile>()
    let bytes = 0
    for (const path of namesIn(folder)) {
      const content = reading(join(folder, path), (at) => readFileSync(at))
      bytes += content.length
      if (bytes > MAX_BYTES)
        throw tooMuch(folder, `more than ${MAX_BYTES / 1024 / 1024} MiB in its files`)
      const address = `/${path.split(sep).join('/')}`
      files.set(address, new WebFile(address, content))
    }
    const index = files.get(INDEX)
    if (!index)
      throw new ChatwsError('USAGE', `${folder} has no index.html: name the folder of a built app`)
    return new WebFiles(files, index)
  }

  /** The file at a path that begins with `/`. */
  find(path: string): WebFile | undefined {
    return this.#files.get(path)
  }
}

/** The paths of a folder's files from there, without what is hidden. */
function namesIn(folder: string): string[] {
  const names: string[] = []
  const folders = [folder]
  for (const at of folders) {
    for (const entry of reading(at, (path) => readdirSync(path, { withFileTypes: true }))) {
      if (entry.name.startsWith('.')) continue
      const path = join(at, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) names.push(relative(folder, path))
      if (names.length > MAX_FILES || folders.length > MAX_FILES)
        throw tooMuch(folder, `more than ${MAX_FILES} files`)
    }
  }
  return names
}

/** What is read of a path; whatever keeps it from being read is a fault of what was named. */
function reading<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path)
  } catch (cause) {
    throw new ChatwsError('USAGE', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function tooMuch(folder: string, what: string): ChatwsError {
  return new ChatwsError('USAGE', `${folder} has ${what}: name the folder of a built app alone`)
}
