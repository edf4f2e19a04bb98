import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { z } from 'zod'
import { RoleOfMember, UserName } from '../../protocol/access-fields.ts'
import type { ChatRole } from '../../protocol/chat-role.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { parseId } from '../../protocol/id.ts'
import { Role } from '../../protocol/role.ts'
import { fetchKeySet, KeySet, KeysUnavailable } from './key-set.ts'

/** Who a connection or a request belongs to. */
export interface Identity {
  readonly userId: number
  readonly role: Role
  /** When this ends to be known, in milliseconds since 1970; 0 if never. */
  readonly expiresAtMs: number
  /** What the token says that the user is called. */
  readonly name?: string | undefined
  /** Chat → the role that the token grants there. */
  readonly granted?: ReadonlyMap<number, ChatRole> | undefined
  /** When the token was issued, in milliseconds since 1970; undefined where it does not say. */
  readonly issuedAtMs?: number | undefined
}

/** What tokens are checked with: a secret that their issuer shares, or its public key or keys. */
export type TokenKey =
  | { readonly secret: string }
  /** PEM: a public key or a certificate. */
  | { readonly publicKey: string }
  | { readonly jwksUrl: string }

/** What else a token must say. */
export interface TokenRules {
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}

/** Tells whose a token is, or why it is none of ours. */
export type TokenVerifier = (token: string) => Promise<Identity | CloseCode>

/** The last moment that a timestamp of the protocol can tell: it has four digits for the year. */
const MAX_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** How far the clocks of the issuer and the server may be apart. */
const CLOCK_TOLERANCE_S = 5

/** The shortest secret, in bytes: RFC 7518, section 3.2, asks for the size of the hash. */
const MIN_SECRET_BYTES = 32

/** How long one failure to fetch keys stands for those that follow. */
const QUIET_MS = 10_000

/**
 * The algorithms that a token may name, by what it is checked with. A token never chooses between
 * kinds of key: a public key taken for a shared secret would let anyone sign.
 */
const HMAC = ['HS256', 'HS384', 'HS512']
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const EC_CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}
const EDWARDS = ['EdDSA', 'Ed25519']

export interface VerifierListeners {
  /** Hears, now and then, why the set of keys cannot be fetched. */
  readonly onFailure?: (error: unknown) => void
  /** Hears why a token is refused; nothing of the token is in it. */
  readonly onRefused?: (reason: string) => void
}

/** Creates what checks tokens (RFC 7519). Throws USAGE for a key that is none, or too weak. */
export function createTokenVerifier(
  key: TokenKey,
  rules: TokenRules = {},
  { onFailure = () => {}, onRefused = () => {} }: VerifierListeners = {},
): TokenVerifier {
  const check = createCheck(
    key,
    {
      clockTolerance: CLOCK_TOLERANCE_S,
      ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
      ...(rules.audience === undefined ? {} : { audience: rules.audience }),
    },
    seldom(onFailure),
  )
  return async (token) => {
    try {
      const claims = readClaims(await check(token))
      if ('userId' in claims) return claims
      onRefused(claims.problem)
      return CloseCode.tokenInvalid
    } catch (error) {
      onRefused(describeRefusal(error))
      return refusalFor(error)
    }
  }
}

/** Lets a failure pass once for all that follow within ten seconds. */
function seldom(onFailure: (error: unknown) => void): (error: unknown) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY
  return (error) => {
    if (performance.now() < quietUntilMs) return
    quietUntilMs = performance.now() + QUIET_MS
    onFailure(error)
  }
}

function createCheck(
  key: TokenKey,
  rules: JWTVerifyOptions,
  onFailure: (error: unknown) => void,
): (token: string) => Promise<JWTPayload> {
  if ('jwksUrl' in key) {
    const { find } = new KeySet({ fetchKeys: () => fetchKeySet(key.jwksUrl), onFailure })
    const algorithms = [...RSA, ...Object.values(EC_CURVES), ...EDWARDS]
    return async (token) => (await jwtVerify(token, find, { ...rules, algorithms })).payload
  }
  const [keyObject, algorithms] = 'secret' in key ? readSecret(key) : readPublicKey(key)
  return async (token) => (await jwtVerify(token, keyObject, { ...rules, algorithms })).payload
}

/** A shared secret, and the algorithms that it serves. Throws USAGE for one that is too short. */
export function readSecret({ secret }: { secret: string }): [KeyObject, string[]] {
  const bytes = Buffer.from(secret)
  if (bytes.length < MIN_SECRET_BYTES)
    throw new ChatwsError(
      'USAGE',
      `The secret for tokens has ${bytes.length} bytes, and could be guessed: it needs ` +
        `${MIN_SECRET_BYTES} or more (openssl rand -base64 32 makes one)`,
    )
  // A hash larger than the secret would lend it no strength.
  return [createSecretKey(bytes), HMAC.filter((_, i) => bytes.length >= 32 + 16 * i)]
}

function readPublicKey({ publicKey }: { publicKey: string }): [KeyObject, string[]] {
  if (publicKey.includes('PRIVATE KEY'))
    throw new ChatwsError(
      'USAGE',
      'The file for checking tokens holds a private key: give the server the public one only',
    )
  let key: KeyObject
  try {
    key = createPublicKey(publicKey)
  } catch (cause) {
    throw new ChatwsError('USAGE', 'The file for checking tokens holds no public key in PEM', {
      cause,
    })
  }
  return [key, algorithmsOf(key)]
}

/** The algorithms that a public key serves. Throws USAGE for a key that is too weak. */
export function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string[] {
  const curve = EC_CURVES[asymmetricKeyDetails?.namedCurve ?? '']
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return RSA
  if (asymmetricKeyType === 'ec' && curve) return [curve]
  if (asymmetricKeyType === 'ed25519') return EDWARDS
  throw new ChatwsError(
    'USAGE',
    'The key for checking tokens must be RSA of 2,048 bits or more, P-256, P-384, P-521 or Ed25519',
  )
}

/** Chat → role, as a token has them. */
const GRANTS = z
  .record(z.string(), RoleOfMember)
  .transform((roles, context) => {
    const granted = new Map<number, ChatRole>()
    for (const [chat, role] of Object.entries(roles)) {
      const id = parseId(chat)
      if (id === undefined) context.addIssue('must be ids')
      else granted.set(id, role)
    }
    return granted
  })
  .optional()

function readClaims({ exp, role, ...claims }: JWTPayload): Identity | { problem: string } {
  // RFC 7519 asks for a string; ids are often written as the numbers that they are.
  const sub: unknown = claims.sub
  const userId = typeof sub === 'string' || typeof sub === 'number' ? parseId(`${sub}`) : undefined
  if (userId === undefined) return { problem: 'its sub is no user id' }
  const known = Role.default('user').safeParse(role)
  if (!known.success) return { problem: 'its role is unknown' }
  const endsMs = exp === undefined ? 0 : (exp + CLOCK_TOLERANCE_S) * 1000
  // Later than any date there is, as where a token tells its end in microseconds.
  const expiresAtMs = Math.min(endsMs, MAX_DATE_MS)
  const granted = GRANTS.safeParse(claims.chats)
  if (!granted.success) return { problem: 'its chats are not roles by chat' }
  const name = UserName.safeParse(claims.name)
  return {
    userId,
    role: known.data,
    expiresAtMs,
    granted: granted.data,
    name: name.success ? name.data : undefined,
    issuedAtMs: claims.iat === undefined ? undefined : claims.iat * 1000,
  }
}

/** A client is told nothing of what `jose` found: it would only help whoever forges. */
function refusalFor(error: unknown): CloseCode {
  if (error instanceof KeysUnavailable) return CloseCode.authUnavailable
  return error instanceof errors.JWTExpired ? CloseCode.tokenExpired : CloseCode.tokenInvalid
}

/** What `jose` found, for whoever runs the server, without a word of the token. */
function describeRefusal(error: unknown): string {
  if (error instanceof KeysUnavailable) return error.message
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return CLAIM_PROBLEMS[error.claim] ?? 'a claim is not as it must be'
  const found = (error as { code?: string }).code ?? ''
  return PROBLEMS[found] ?? 'it is no token that can be read'
}

const CLAIM_PROBLEMS: Readonly<Record<string, string>> = {
  iss: 'its iss is not --jwt-issuer',
  aud: 'its aud is not --jwt-audience',
  nbf: 'it is not good yet',
  exp: 'its exp is no time',
  iat: 'its iat is no time',
}

/** Code of an error of `jose` → what it says of a token. */
const PROBLEMS: Readonly<Record<string, string>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'another key signed it',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not one of the key',
  ERR_JOSE_NOT_SUPPORTED: 'it needs something that is not known here',
  ERR_JWKS_NO_MATCHING_KEY: 'its key is not in the set',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not say which key of the set it is signed with',
}
