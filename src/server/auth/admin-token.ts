import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { readBearer } from './request-token.ts'

/** A secret that lets whoever knows it run the server over HTTP. Only its hash is kept. */
export class AdminToken {
  readonly #hash: Buffer

  constructor(token: string) {
    this.#hash = hashOf(token)
  }

  /** Whether a request has it, as a Bearer token: in a URL it would stand in logs. */
  isIn(headers: IncomingHttpHeaders): boolean {
    const given = readBearer({ headers })
    return given !== undefined && timingSafeEqual(hashOf(given), this.#hash)
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
