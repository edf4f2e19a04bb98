import { isIP } from 'node:net'
import { z } from 'zod'
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

const AuthConfig = z.object(authOptions).extend({ host: z.string() })

/** Finds what is contradictory in the options of authentication. */
export function checkAuth(context: z.core.ParsePayload<z.infer<typeof AuthConfig>>): void {
  const { auth, jwtSecret, jwtPublicKey, jwksUrl, host, insecure, insecureAdmin } = context.value
  const refuse = (name: string, message: string) =>
    context.issues.push({ code: 'custom', path: [name], message, input: context.value })
  const keys = [jwtSecret, jwtPublicKey, jwksUrl].filter((key) => key !== undefined).length
  if (auth === 'jwt' && keys !== 1)
    refuse('auth', 'needs one of --jwt-secret, --jwt-public-key and --jwks-url to be jwt')
  if (auth === 'jwt' && insecureAdmin)
    refuse(
      'insecureAdmin',
      'has no meaning with --auth jwt: a role or --admin-token makes an admin',
    )
  if (auth === 'none' && keys > 0)
    refuse('auth', 'must be jwt for a key of tokens to have a meaning')
  if (auth === 'none' && !insecure && !isLoopback(host))
    refuse(
      'host',
      'must be a loopback address while anyone may connect as anyone ' +
        '(--auth jwt asks for tokens, --insecure lets everyone in)',
    )
}

/** Whether only this machine reaches what listens on `host`. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (name === 'localhost' || name === '::1') return true
  return isIP(name) === 4 ? name.startsWith('127.') : /^::ffff:127\./.test(name)
}
