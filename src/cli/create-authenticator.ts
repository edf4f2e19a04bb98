import { readTextFile } from '../config/read-text.ts'
import type { ServeConfig } from '../config/serve-config.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { Authenticator } from '../server/auth/authenticator.ts'
import { createTokenVerifier, type TokenKey } from '../server/auth/token-verifier.ts'
import type { ServerLog } from '../server/telemetry/server-log.ts'
import { OptionError, usingOption } from './option-error.ts'

/** Asks for tokens if the configuration says so. Throws USAGE for a key that cannot be used. */
export function createAuthenticator(
  config: Readonly<ServeConfig>,
  serverLog: ServerLog,
): Authenticator {
  if (config.auth === 'none') return new Authenticator()
  const rules = { issuer: config.jwtIssuer, audience: config.jwtAudience }
  const onRefused = (reason: string) => serverLog.tokenRefused(reason)
  const onFailure = (error: unknown) =>
    serverLog.failure(
      `The keys for tokens could not be fetched from ${hidePassword(config.jwksUrl!)}`,
      error,
    )
  const { option, key } = readTokenKey(config)
  const verify = usingOption(option, () =>
    createTokenVerifier(key, rules, { onRefused, onFailure }),
  )
  return new Authenticator(verify, onRefused)
}

/** What tokens are checked with, and the option that says so. */
export function readTokenKey({
  jwtSecret,
  jwtPublicKey,
  jwksUrl,
}: Pick<ServeConfig, 'jwtSecret' | 'jwtPublicKey' | 'jwksUrl'>): {
  readonly option: string
  readonly key: TokenKey
} {
  if (jwtSecret !== undefined) return { option: 'jwtSecret', key: { secret: jwtSecret } }
  if (jwksUrl !== undefined) return { option: 'jwksUrl', key: { jwksUrl } }
  const option = 'jwtPublicKey'
  return { option, key: { publicKey: readKeyFile(option, jwtPublicKey!) } }
}

/** Reads the file that an option names. Throws USAGE. */
export function readKeyFile(option: string, path: string): string {
  try {
    return readTextFile(path)
  } catch (cause) {
    const message = `cannot be read: ${(cause as Error).message}`
    throw new OptionError([{ option, message }], { cause })
  }
}
