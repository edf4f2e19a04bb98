import { TokenConfig } from '../config/token-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { issueToken, type SigningKey } from '../server/auth/issue-token.ts'
import { readKeyFile } from './create-authenticator.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Examples:
  export CHATWS_JWT_SECRET=$(openssl rand -base64 32)
  chatws serve --auth jwt
  chatws token --user 123
  chatws token --user 1 --role admin --expires-in 60
  CHATWS_TOKEN=$(chatws token --user 123) chatws connect --user 123

For development and tests: in production tokens come from whoever knows your users. The
secret is better given by a file or the environment: others on the machine can see flags.

Exit codes: 0 printed, 2 wrong usage.`

/** `chatws token`. */
export const defineToken: DefineCommand = (command, host) => {
  defineOptions(command, TokenConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithConfig({ schema: TokenConfig, sections: ['token'], flags, host }, (config) =>
      token(config, host),
    )
}

async function token(config: Readonly<TokenConfig>, host: Host): Promise<number> {
  const claims = {
    userId: config.user,
    role: config.role,
    expiresAtS: Math.floor(Date.now() / 1000) + config.expiresIn,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
  }
  const text = await issueToken(readSigningKey(config), claims)
  const { expiresAtS, ...rest } = claims
  const expiresAt = new Date(expiresAtS * 1000).toISOString()
  host.stdout.write(
    config.json ? `${JSON.stringify({ token: text, ...rest, expiresAt })}\n` : `${text}\n`,
  )
  return 0
}

function readSigningKey({ jwtSecret, jwtPrivateKey }: Readonly<TokenConfig>): SigningKey {
  if (jwtPrivateKey !== undefined && jwtSecret === undefined)
    return { privateKey: readKeyFile('--jwt-private-key', jwtPrivateKey) }
  if (jwtSecret !== undefined && jwtPrivateKey === undefined) return { secret: jwtSecret }
  throw new ChatwsError(
    'USAGE',
    'A token needs one of --jwt-secret and --jwt-private-key to be signed with ' +
      '(export CHATWS_JWT_SECRET=$(openssl rand -base64 32) makes a secret for server and tokens)',
  )
}
