import { isIP } from 'node:net'
import { z } from 'zod'
import type { Contradiction } from './contradictions.ts'
import { option, yesOrNo } from './option.ts'

/** The shortest admin token, in bytes: none that can be guessed. */
const MIN_ADMIN_TOKEN_BYTES = 32

/** Whether keys may be fetched from `url`: in the clear only from this machine. */
function isKeySetUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** The options of `chatws serve` about who may connect. */
export const authOptions = {
  auth: option(z.enum(['none', 'jwt'], 'must be none or jwt').default('none'), {
    flag: '--auth <kind>',
    env: 'CHATWS_AUTH',
    description: 'who may connect: none (anyone, as whom they say) or jwt (who has a token)',
  }),
  jwtSecret: option(z.string().optional(), {
    flag: '--jwt-secret <text>',
    env: 'CHATWS_JWT_SECRET',
    description: 'secret that tokens are signed with (HS256, …), 32 bytes or more',
    isSecret: true,
  }),
  jwtPublicKey: option(z.string().optional(), {
    flag: '--jwt-public-key <file>',
    env: 'CHATWS_JWT_PUBLIC_KEY',
    description: 'PEM file to check tokens with (RS256, PS256, ES256, EdDSA, …)',
  }),
  jwksUrl: option(
    z
      .string()
      .refine(isKeySetUrl, 'must be an https:// URL (http:// on the loopback address)')
      .optional(),
    {
      flag: '--jwks-url <url>',
      env: 'CHATWS_JWKS_URL',
      description: 'where the public keys for tokens are published',
    },
  ),
  jwtIssuer: option(z.string().optional(), {
    flag: '--jwt-issuer <text>',
    env: 'CHATWS_JWT_ISSUER',
    description: 'what the iss of a token must be',
  }),
  jwtAudience: option(z.string().optional(), {
    flag: '--jwt-audience <text>',
    env: 'CHATWS_JWT_AUDIENCE',
    description: 'what the aud of a token must be or contain',
  }),
  adminToken: option(
    z
      .string()
      .refine(
        (text) => Buffer.byteLength(text) >= MIN_ADMIN_TOKEN_BYTES,
        `must have ${MIN_ADMIN_TOKEN_BYTES} bytes or more (openssl rand -hex 32 makes one)`,
      )
      .refine((text) => /^[\x21-\x7e]*$/.test(text), 'must be of visible ASCII characters')
      .optional(),
    {
      flag: '--admin-token <text>',
      env: 'CHATWS_ADMIN_TOKEN',
      description: 'lets whoever sends it over HTTP run the server; 32 bytes or more',
      isSecret: true,
    },
  ),
  insecureAdmin: option(yesOrNo().default(false), {
    flag: '--insecure-admin',
    env: 'CHATWS_INSECURE_ADMIN',
    description:
      'admin requests from this machine need no token: any program here can stop the server, and ' +
      'so can anyone on the internet through a proxy here that adds no header',
  }),
  insecure: option(yesOrNo().default(false), {
    flag: '--insecure',
    env: 'CHATWS_INSECURE',
    description: 'listen beyond this machine although anyone may connect as anyone',
  }),
}

/** Finds what is contradictory in the options of authentication. */
export function findAuthContradictions(
  config: z.infer<z.ZodObject<typeof authOptions>> & { readonly host: string },
): Contradiction[] {
  const { auth, host, insecure, insecureAdmin } = config
  const keys = KEYS.filter((name) => config[name] !== undefined)
  const found: Contradiction[] = []
  if (auth === 'jwt' && keys.length !== 1)
    found.push({
      option: 'auth',
      message: `needs one of --jwt-secret, --jwt-public-key and --jwks-url to be jwt, and has ${keys.length || 'none'}`,
      because: keys,
    })
  if (auth === 'jwt' && insecureAdmin)
    found.push({
      option: 'insecureAdmin',
      message: 'has no meaning with --auth jwt: a role or --admin-token makes an admin',
      because: ['auth'],
    })
  if (auth === 'none')
    for (const option of keys)
      found.push({
        option,
        message: 'has no meaning without --auth jwt, which asks every client for a token',
        because: ['auth'],
      })
  if (auth === 'none' && !insecure && !isLoopback(String(host)))
    found.push({
      option: 'host',
      message:
        'must be a loopback address while anyone may connect as anyone ' +
        '(--auth jwt asks for tokens, --insecure lets everyone in)',
      because: ['host', 'auth'],
    })
  return found
}

/** What tokens are checked with: one of them. */
const KEYS = ['jwtSecret', 'jwtPublicKey', 'jwksUrl'] as const

/** Whether only this machine reaches what listens on `host`. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (name === 'localhost' || name === '::1') return true
  return isIP(name) === 4 ? name.startsWith('127.') : /^::ffff:127\./.test(name)
}
