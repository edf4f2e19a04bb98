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
  /** Hears how many bytes of the file are on their way. */
  readonly onProgress?: (sentBytes: number) => void
}

/** What is known of the server, and who asks. */
export interface UploadServer {
  /** Of its WebSockets; its files are below the path of that. */
  readonly url: string
  readonly userId: number
  readonly token?: TokenSource | undefined
}

/**
 * Gives a file to a server: it, unlike everything else, goes over HTTP. Throws what the server answers,
 * and CONNECT_FAILED without an answer.
 */
export async function sendFile(
  server: UploadServer,
  { file, name }: { readonly file: Blob; readonly name: string },
  options: UploadOptions = {},
): Promise<UploadedFile> {
  const { userId, token } = server
  const { base, authorization } = httpAddress(server.url)
  const address = new URL('uploads', base)
  // What a proxy asks for stands there; none of it is the path.
  address.search = base.search
  address.searchParams.set('userId', String(userId))
  const bearer = typeof token === 'function' ? await token() : token
  const form = new FormData()
  form.append('file', file, name)
  const headers = new Headers()
  if (authorization !== undefined) headers.set('authorization', authorization)
  if (bearer !== undefined) headers.set(...tokenHeader(bearer, authorization !== undefined))
  const { signal, onProgress } = options
  signal?.throwIfAborted()
  const request = { address, headers, form, sizeBytes: file.size, signal, onProgress }
  const answer = await send(request).catch((error: Error) => {
    signal?.throwIfAborted()
    throw new ChatwsError('CONNECT_FAILED', `${address.origin}: ${whyFailed(error)}`)
  })
  if (answer.ok) return (await answer.json()) as UploadedFile
  throw await refusal(answer)
}

/** Where a token stands: beside userinfo, which has its header, as when a WebSocket is opened. */
function tokenHeader(token: string, isBesideUserinfo: boolean): [string, string] {
  return isBesideUserinfo
    ? ['sec-websocket-protocol', `chatws, bearer.${token}`]
    : ['authorization', `Bearer ${token}`]
}

/** The part of a browser's XMLHttpRequest that is used. */
interface BrowserRequest {
  readonly status: number
  readonly responseText: string
  readonly responseURL: string
  readonly upload: { onprogress: ((event: { readonly loaded: number }) => void) | null }
  onloadend: (() => void) | null
  open(method: string, url: URL): void
  setRequestHeader(name: string, value: string): void
  send(body: FormData): void
  abort(): void
}

interface FormRequest {
  readonly address: URL
  readonly headers: Headers
  readonly form: FormData
  readonly sizeBytes: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: UploadOptions['onProgress']
}

/** Sends a form, and tells how far it has come where somebody listens. */
function send(request: FormRequest): Promise<Response> {
  if (!request.onProgress) return fetchForm(request, { body: request.form })
  // Browsers send no body that is still being read, but tell how far a whole one has come.
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => BrowserRequest }
  if (XMLHttpRequest) return sendTelling(new XMLHttpRequest(), request, request.onProgress)
  return fetchForm(request, countedBody(request, request.onProgress))
}

function fetchForm(
  { address, headers, signal }: FormRequest,
  body: { readonly body: FormData | ReadableStream; readonly duplex?: 'half' },
): Promise<Response> {
  // A token is for this server alone.
  const init = { method: 'POST', headers, redirect: 'error', signal: signal ?? null } as const
  return fetch(address, { ...init, ...body })
}

/** A form that goes out as it is read. */
function countedBody(
  { form, sizeBytes, headers: wanted }: FormRequest,
  onProgress: (sentBytes: number) => void,
) {
  // The platform writes the form.
  const { body, headers } = new Request('http://form', { method: 'POST', body: form })
  wanted.set('content-type', headers.get('content-type')!)
  let sentBytes = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sentBytes += chunk.length
      onProgress(Math.min(sentBytes, sizeBytes))
      controller.enqueue(chunk)
    },
  })
  return { body: body!.pipeThrough(counter), duplex: 'half' as const }
}

function sendTelling(
  request: BrowserRequest,
  { address, headers, form, sizeBytes, signal }: FormRequest,
  onProgress: (sentBytes: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const abort = () => request.abort()
    request.open('POST', address)
    headers.forEach((value, name) => {
      request.setRequestHeader(name, value)
    })
    request.upload.onprogress = ({ loaded }: { readonly loaded: number }) =>
      onProgress(Math.min(loaded, sizeBytes))
    request.onloadend = () => {
      signal?.removeEventListener('abort', abort)
      const { status, responseText, responseURL } = request
      if (status === 0) reject(new Error('the connection was lost'))
      else if (responseURL !== address.href) reject(new Error('the server leads elsewhere'))
      else resolve(new Response(responseText, { status }))
    }
    signal?.addEventListener('abort', abort)
    request.send(form)
  })
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
