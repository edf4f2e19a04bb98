import { z } from 'zod'
import { RoleOfMember, UserName } from '../protocol/access-fields.ts'
import { CHAT_ROLES, type ChatRole } from '../protocol/chat-role.ts'
import { parseId } from '../protocol/id.ts'
import { Role } from '../protocol/role.ts'
import { withoutContradictions } from './contradictions.ts'
import { id } from './id-option.ts'
import { numeric, option, yesOrNo } from './option.ts'

const YEAR_S = 365 * 24 * 60 * 60

/** `7=member,9=reader` as the claim says it: chat → role. */
const Grants = z
  .union([z.string(), z.record(z.string(), z.string())])
  .transform((given, context) => {
    const pairs =
      typeof given === 'string'
        ? given.split(',').map((pair) => pair.trim().split('='))
        : Object.entries(given)
    const grants: Record<string, ChatRole> = {}
    for (const [chat = '', said = '', ...more] of pairs) {
      const id = parseId(chat)
      const role = RoleOfMember.safeParse(said)
      if (id === undefined || !role.success || more.length > 0) {
        context.addIssue(
          `must be chats with a role each, ${CHAT_ROLES.join(', ')}: 7=member,9=reader`,
        )
        return z.NEVER
      }
      grants[id] = role.data
    }
    return grants
  })

const options = z.object({
  user: option(id(), {
    flag: '--user <id>',
    env: 'CHATWS_USER',
    description: 'whose token it is (required)',
  }),
  role: option(Role.default('user'), {
    flag: '--role <role>',
    env: 'CHATWS_TOKEN_ROLE',
    description: 'user, agent (works the support desk) or admin',
  }),
  name: option(UserName.optional(), {
    flag: '--name <text>',
    env: 'CHATWS_TOKEN_NAME',
    description: 'what the user is called',
  }),
  chats: option(Grants.optional(), {
    flag: '--chats <roles>',
    env: 'CHATWS_TOKEN_CHATS',
    description: 'chats that it lets into, each with a role: 7=member,9=reader',
  }),
  expiresIn: option(
    numeric(
      z
        .int('must be a whole number of seconds')
        .min(1, 'must be at least 1')
        .max(YEAR_S, 'must be a year at most'),
    ).default(3_600),
    {
      flag: '--expires-in <seconds>',
      env: 'CHATWS_TOKEN_EXPIRES_IN',
      description: 'how long it is good for',
    },
  ),
  jwtSecret: option(z.string().optional(), {
    flag: '--jwt-secret <text>',
    env: 'CHATWS_JWT_SECRET',
    description: 'secret to sign it with, the one that the server has',
    isSecret: true,
  }),
  jwtPrivateKey: option(z.string().optional(), {
    flag: '--jwt-private-key <file>',
    env: 'CHATWS_JWT_PRIVATE_KEY',
    description: 'or the PEM file of the private key whose public one the server has',
  }),
  jwtIssuer: option(z.string().optional(), {
    flag: '--jwt-issuer <text>',
    env: 'CHATWS_JWT_ISSUER',
    description: 'its iss',
  }),
  jwtAudience: option(z.string().optional(), {
    flag: '--jwt-audience <text>',
    env: 'CHATWS_JWT_AUDIENCE',
    description: 'its aud',
  }),
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_TOKEN_JSON',
    description: 'print what is in it too, as JSON',
  }),
})

/** What `chatws token` can be told. */
export const TokenConfig = withoutContradictions(options, ({ jwtSecret, jwtPrivateKey }) => {
  const hasSecret = jwtSecret !== undefined
  if (hasSecret !== (jwtPrivateKey !== undefined)) return []
  const message = hasSecret
    ? 'is one too many: a token is signed with a secret or a private key'
    : 'or --jwt-private-key is needed to sign a token with (export CHATWS_JWT_SECRET=' +
      '$(openssl rand -base64 32) makes a secret for server and tokens)'
  return [{ option: 'jwtSecret', message, because: hasSecret ? ['jwtPrivateKey'] : [] }]
})
export type TokenConfig = z.infer<typeof TokenConfig>
