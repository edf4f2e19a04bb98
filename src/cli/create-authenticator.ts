import { readTextFile } from '../config/read-text.ts'
import type { ServeConfig } from '../config/serve-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { Authenticator } from '../server/auth/authenticator.ts'
import { createTokenVerifier, type TokenKey } from '../server/auth/token-verifier.ts'
import type { ServerLog } from '../server/telemetry/server-log.ts'

/** Asks for tokens if the configuration says so. Throws USAGE for a key that cannot be used. */
export function createAuthenticator(
  config: Readonly<ServeConfig>,
  serverLog: ServerLog,
): Authenticator {
  if (config.auth === 'none') return new Authenticator()
  const rules = { issuer: config.jwtIssuer, audience: config.jwtAudience }
  const onRefused = (reason: string) => serverLog.tokenRefused(reason)
  const verify = createTokenVerifier(readTokenKey(config), rules, {
    onRefused,
    onFailure: (error) =>
      serverLog.failure(
        `The keys for tokens could not be fetched from ${hidePassword(config.jwksUrl!)}`,
        error,
      ),
  })
  return new Authenticator(verify, onRefused)
}

function readTokenKey({ jwtSecret, jwtPublicKey, jwksUrl }: Readonly<ServeConfig>): TokenKey {
  if (jwtSecret !== undefined) return { secret: jwtSecret }
  if (jwksUrl !== undefined) return { jwksUrl }
  return { publicKey: readKeyFile('--jwt-public-key', jwtPublicKey!) }
}

/** Reads the file that a flag names. Throws USAGE. */
export function readKeyFile(flag: string, path: string): string {
  try {
    return readTextFile(path)
  } catch (cause) {
    const { message } = cause as Error
    throw new ChatwsError('USAGE', `${flag}: cannot be read: ${message}`, { cause })
  }
}
