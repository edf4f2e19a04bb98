import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { ChatRole } from '../../protocol/chat-role.ts'
import { ChatwsError } from '../../protocol/error.ts'
import type { Role } from '../../protocol/role.ts'
import { algorithmsOf, readSecret, type TokenRules } from './token-verifier.ts'

/** What tokens are signed with: a shared secret, or a private key in PEM. */
export type SigningKey = { readonly secret: string } | { readonly privateKey: string }

export interface TokenClaims extends TokenRules {
  readonly userId: number
  readonly role: Role
  /** What the user is called. */
  readonly name?: string | undefined
  /** Chat → the role that the token grants there. */
  readonly chats?: Readonly<Record<string, ChatRole>> | undefined
  /** In seconds since 1970. */
  readonly expiresAtS: number
}

/** Signs a token that a server with the same key accepts. Throws USAGE for a key of no use. */
export function issueToken(key: SigningKey, claims: TokenClaims): Promise<string> {
  const [keyObject, algorithms] = 'secret' in key ? readSecret(key) : readPrivateKey(key)
  const { role, name, chats } = claims
  const token = new SignJWT({ role, ...(name !== undefined && { name }), ...(chats && { chats }) })
    .setProtectedHeader({ alg: algorithms[0]!, typ: 'JWT' })
    .setSubject(`${claims.userId}`)
    .setIssuedAt()
    .setExpirationTime(claims.expiresAtS)
  if (claims.issuer !== undefined) token.setIssuer(claims.issuer)
  if (claims.audience !== undefined) token.setAudience(claims.audience)
  return token.sign(keyObject)
}

function readPrivateKey({ privateKey }: { privateKey: string }): [KeyObject, string[]] {
  let key: KeyObject
  try {
    key = createPrivateKey(privateKey)
  } catch (cause) {
    throw new ChatwsError('USAGE', 'The file to sign with holds no private key in PEM', { cause })
  }
  return [key, algorithmsOf(createPublicKey(key))]
}
