import { TokenConfig } from '../config/token-config.ts'
import { issueToken, type SigningKey } from '../server/auth/issue-token.ts'
import { readKeyFile } from './create-authenticator.ts'
import { defineOptions } from './define-options.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { usingOption } from './option-error.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Examples:
  export CHATWS_JWT_SECRET=$(openssl rand -base64 32)
  chatws serve --auth jwt
  chatws token --user 123
  chatws token --user 1 --role admin --expires-in 60
  chatws token --user 123 --name Ann --chats 7=member,9=reader
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
    name: config.name,
    chats: config.chats,
    expiresAtS: Math.floor(Date.now() / 1000) + config.expiresIn,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
  }
  const { option, key } = readSigningKey(config)
  const text = await usingOption(option, () => issueToken(key, claims))
  const { expiresAtS, ...rest } = claims
  const expiresAt = new Date(expiresAtS * 1000).toISOString()
  host.stdout.write(
    config.json ? `${JSON.stringify({ token: text, ...rest, expiresAt })}\n` : `${text}\n`,
  )
  return 0
}

/** What a token is signed with, and the option that says so. */
function readSigningKey({ jwtSecret, jwtPrivateKey }: Readonly<TokenConfig>): {
  readonly option: string
  readonly key: SigningKey
} {
  if (jwtSecret !== undefined) return { option: 'jwtSecret', key: { secret: jwtSecret } }
  const option = 'jwtPrivateKey'
  return { option, key: { privateKey: readKeyFile(option, jwtPrivateKey!) } }
}
