import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'

/** The secret that tests sign and check tokens with. */
export const SECRET = 'a secret of tests, long enough to be one'

export interface TokenOptions {
  readonly key?: string | KeyObject
  /** HS256 unless given. */
  readonly algorithm?: string
  /** Seconds from now, or null for a token without an end; an hour unless given. */
  readonly expiresInS?: number | null
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
}

/** A token that says it is of a user. */
export function signToken(sub: unknown, options: TokenOptions = {}): Promise<string> {
  const { key = SECRET, algorithm = 'HS256', expiresInS = 3_600 } = options
  const exp = expiresInS === null ? {} : { exp: Math.floor(Date.now() / 1000) + expiresInS }
  // What grants chats says since when.
  const iat = options.claims?.chats ? { iat: Math.floor(Date.now() / 1000) } : {}
  return new SignJWT({ sub, ...exp, ...iat, ...options.claims } as Record<string, unknown>)
    .setProtectedHeader({ alg: algorithm, ...options.header })
    .sign(typeof key === 'string' ? Buffer.from(key) : key)
}

/** Key pairs of every kind that tokens are signed with: name of the algorithm → pair. */
export const KEY_PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

/** A public key as it stands in a file. */
export function toPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

/** What a test server may be told as its admin token. */
export const ADMIN_TOKEN = 'an-admin-token-that-nobody-guesses'
