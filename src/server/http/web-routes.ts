import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerNotFound } from './http-error.ts'
import { ENCODINGS, type Encoding, type WebFile, type WebFiles } from './web-files.ts'

/** The web app loads from this server alone, runs no text as script, and nobody frames it. */
const policyFor = (ancestors: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

const POLICY = policyFor("'none'")

const YEAR_S = 365 * 24 * 60 * 60

/** What pages of other origins may take in, as a script of their own. */
const WIDGET = '/widget.js'

/** What that script frames: the customer's side of the support desk. */
const WIDGET_PAGE = '/widget.html'

/** What is no page of the app: who asks there for something that is not there is told so. */
const NO_PAGE = /^\/(api|uploads)(\/|$)/

/** A web app, and where it stands. */
export interface WebApp {
  readonly files: WebFiles
  /**
   * Whether its page is served at the places within it, too. Otherwise it is led to from there, with
   * the place behind the `#`: what is built with relative addresses works only where its page is.
   */
  readonly isRoutedByPath: boolean
}

/** How a web app is served. */
export interface WebRoutesOptions {
  readonly basePath?: string | undefined
  /** Origins of pages that may frame the page of the widget; `*` lets all. */
  readonly widgetOrigins?: readonly string[] | undefined
}

/** Serves a web app at `/`, and leads to it from wherever else a browser asks for a page. */
export function addWebRoutes(
  app: FastifyInstance,
  { files, isRoutedByPath }: WebApp,
  { basePath, widgetOrigins = [] }: WebRoutesOptions,
): void {
  const framed = widgetOrigins.length > 0 ? policyFor(widgetOrigins.join(' ')) : undefined
  const config = { access: 'anyone' } as const
  app.get<{ Params: { '*': string } }>(
    '/*',
    { config, schema: { hide: true } },
    async (request, reply) => {
      const [asked = '', query] = request.originalUrl.split('?', 2)
      const search = query ? `?${query}` : ''
      // Below the name alone its relative addresses would lead beside it.
      if (asked === basePath)
        return reply.redirect(`.${asked.slice(asked.lastIndexOf('/'))}/${search}`, 308)
      const path = `/${request.params['*']}`
      const file = path === '/' ? files.index : files.find(path)
      if (!file && !isForPage(request, path)) return answerNotFound(request, reply)
      if (!file && !isRoutedByPath) return reply.redirect(placeOf(request.url, search))
      if (path === WIDGET) reply.header('cross-origin-resource-policy', 'cross-origin')
      const isFramed = path === WIDGET_PAGE && framed !== undefined
      // It knows no list of origins, and would keep all of them out.
      if (isFramed) reply.removeHeader('x-frame-options')
      return answerFile(request, reply, {
        file: file ?? files.index,
        policy: isFramed ? framed : POLICY,
      })
    },
  )
}

/** Where the app shows what stands at an address, from there. */
function placeOf(url: string, search: string): string {
  const [place = ''] = url.split('?', 1)
  const up = '../'.repeat(place.split('/').length - 2)
  return `${up || './'}${search}#${place}`
}

/** Whether a browser is to show what stands at a path, and that may be a place within the app. */
function isForPage({ headers }: FastifyRequest, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.includes('.') || NO_PAGE.test(path)) return false
  return headers.accept?.includes('text/html') === true
}

async function answerFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { file, policy }: { readonly file: WebFile; readonly policy: string },
): Promise<FastifyReply> {
  reply.headers({
    'content-security-policy': policy,
    'cache-control': file.isImmutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    etag: file.etag,
    // Another may stand there already: where the guard wrote of the origin.
    vary: [reply.getHeader('vary'), 'accept-encoding'].filter(Boolean).join(', '),
  })
  if (isKnown(headers['if-none-match'], file.etag)) return reply.code(304).send()
  const { content, encoding } = await file.body(acceptedOf(headers['accept-encoding']))
  if (encoding) reply.header('content-encoding', encoding)
  return reply.type(file.type).send(content)
}

/** RFC 9110, 13.1.2: tags are compared without their `W/`. */
function isKnown(given: string | undefined, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  const tags = given?.split(',').map(bare) ?? []
  return tags.includes('*') || tags.includes(bare(etag))
}

/** RFC 9110, 12.5.3: those of our encodings that a client takes, the tightest first. */
function acceptedOf(header: string | string[] | undefined): Encoding[] {
  const weights = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [name = '', weight] = part.split(';').map((piece) => piece.trim())
        return [name, weight?.startsWith('q=') ? Number(weight.slice(2)) : 1]
      }),
  )
  return ENCODINGS.filter((name) => (weights.get(name) ?? weights.get('*') ?? 0) > 0)
}
