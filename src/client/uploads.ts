import { ChatwsError, type ErrorCode } from '../protocol/error.ts'
import { httpAddress } from '../protocol/http-address.ts'
import type { RequestOptions } from './queries.ts'
import type { TokenSource } from './reconnecting-socket.ts'

/** A file that the server keeps: `path` and `file_type` are what a message names it with. */
export interface UploadedFile {
  readonly path: string
  readonly file_type: string
  readonly size_bytes: number
}

export interface UploadOptions extends RequestOptions {
  /** Hears how many bytes of the file are on their way. In Node only: browsers do not tell. */
  readonly onProgress?: (sentBytes: number) => void
}

/** What is known of the server, and who asks. */
export interface UploadServer {
  /** Of its WebSockets; its files are below the path of that. */
  readonly url: string
  readonly userId: number
  readonly token?: TokenSource | undefined
}

/** A path of a file that a server keeps: one segment, which can name nothing else. */
const UPLOAD_PATH = /^uploads\/[0-9a-z][0-9a-z.]*$/

/** Where a server keeps files: the files, unlike everything else, go over HTTP. */
export class Uploads {
  readonly #server: UploadServer

  constructor(server: UploadServer) {
    this.#server = server
  }

  /** The web address of a file that a message names `uploads/…`; undefined for any other path. */
  urlOf(path: string): string | undefined {
    if (!UPLOAD_PATH.test(path)) return undefined
    return new URL(path, httpAddress(this.#server.url).base).href
  }

  /** Gives a file to the server. Throws what it answers, and CONNECT_FAILED without an answer. */
  async add(file: Blob, name: string, options: UploadOptions = {}): Promise<UploadedFile> {
    const { userId, token } = this.#server
    const { base, authorization } = httpAddress(this.#server.url)
    const address = new URL('uploads', base)
    // What a proxy asks for stands there; none of it is the path.
    address.search = base.search
    address.searchParams.set('userId', String(userId))
    const bearer = typeof token === 'function' ? await token() : token
    const form = new FormData()
    form.append('file', file, name)
    const { headers, ...body } = formBody(form, file.size, options.onProgress)
    if (authorization !== undefined) headers.set('authorization', authorization)
    if (bearer !== undefined) headers.set(...tokenHeader(bearer, authorization !== undefined))
    const answer = await fetch(address, {
      method: 'POST',
      headers,
      ...body,
      // A token is for this server alone.
      redirect: 'error',
      ...(options.signal && { signal: options.signal }),
    }).catch((error: Error) => {
      options.signal?.throwIfAborted()
      throw new ChatwsError('CONNECT_FAILED', `${address.origin}: ${whyFailed(error)}`)
    })
    if (answer.ok) return (await answer.json()) as UploadedFile
    throw await refusal(answer)
  }
}

/** Where a token stands: beside userinfo, which has its header, as when a WebSocket is opened. */
function tokenHeader(token: string, isBesideUserinfo: boolean): [string, string] {
  return isBesideUserinfo
    ? ['sec-websocket-protocol', `chatws, bearer.${token}`]
    : ['authorization', `Bearer ${token}`]
}

/** A form as the body of a request; one whose progress is told goes out as it is read. */
function formBody(form: FormData, sizeBytes: number, onProgress?: (sentBytes: number) => void) {
  if (!onProgress) return { headers: new Headers(), body: form }
  // The platform writes the form.
  const { body, headers } = new Request('http://form', { method: 'POST', body: form })
  let sentBytes = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sentBytes += chunk.length
      onProgress(Math.min(sentBytes, sizeBytes))
      controller.enqueue(chunk)
    },
  })
  return { headers, body: body!.pipeThrough(counter), duplex: 'half' as const }
}

async function refusal(answer: Response): Promise<ChatwsError> {
  if (answer.status === 404) return new ChatwsError('NOT_FOUND', 'This server takes no files')
  const said = (await answer.json().catch(() => ({}))) as { code?: ErrorCode; message?: string }
  const message = said.message ?? `The server answers with ${answer.status}`
  return new ChatwsError(said.code ?? 'INTERNAL', message)
}

/** `fetch failed` says nothing; its cause does. */
function whyFailed(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
