import { readFileSync } from 'node:fs'
import Fastify, { type FastifyInstance } from 'fastify'

/** The page is shipped as it stands in the sources. */
const PAGE = new URL('../../src/web/test-online-status.html', import.meta.url)

/** A client that is slower than this to send its headers is cut off. */
const HANDSHAKE_LIMITS = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
}

/** The HTTP side of the server: the web page. The caller listens and closes. */
export function createHttp(): FastifyInstance {
  const page = readFileSync(PAGE, 'utf8')
  const http = Fastify({ forceCloseConnections: true, http: HANDSHAKE_LIMITS })
  for (const path of ['/', '/test-online-status.html'])
    http.get(path, (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  return http
}
