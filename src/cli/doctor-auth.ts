import { isLoopback } from '../config/auth-options.ts'
import type { DoctorConfig } from '../config/doctor-config.ts'
import { hidePassword } from '../protocol/hide-password.ts'
import { fetchKeySet } from '../server/auth/key-set.ts'
import { createTokenVerifier } from '../server/auth/token-verifier.ts'
import { readTokenKey } from './create-authenticator.ts'
import type { Finding } from './finding.ts'

/** Who may connect, and who may run the server. What contradicts itself never comes here. */
export function checkAuth(config: Readonly<DoctorConfig>): Finding[] {
  const found = [config.auth === 'jwt' ? checkTokens(config) : checkReach(config)]
  if (!config.insecureAdmin) return found
  return [
    ...found,
    {
      ...{ check: 'admin', result: 'warning' },
      message: 'any program on this machine may stop the server (--insecure-admin)',
      advice: 'leave it out, and give --admin-token-file a token: "openssl rand -hex 32" makes one',
    },
  ]
}

/** Who reaches a server that asks nobody who they are. */
function checkReach({ host }: Readonly<DoctorConfig>): Finding {
  const check = 'auth'
  if (isLoopback(host))
    return { check, result: 'ok', message: 'anyone on this machine may connect as anyone' }
  return {
    ...{ check, result: 'warning', message: `anyone who reaches ${host} may connect as anyone` },
    advice: 'ask for tokens with --auth jwt, unless whoever reaches it is to be trusted',
  }
}

/** Whether tokens can be checked with what is there. */
function checkTokens(config: Readonly<DoctorConfig>): Finding {
  const check = 'auth'
  try {
    const { key } = readTokenKey(config)
    createTokenVerifier(key, {}, { onRefused: () => {}, onFailure: () => {} })
  } catch (error) {
    return {
      ...{ check, result: 'failed', message: (error as Error).message },
      advice: 'give --jwt-secret-file, --jwt-public-key or --jwks-url what tokens are checked with',
    }
  }
  const { jwtSecret, jwksUrl, jwtPublicKey } = config
  const keys = jwksUrl === undefined ? `the public key in ${jwtPublicKey}` : 'published keys'
  const means = jwtSecret === undefined ? keys : 'a shared secret'
  return { check, result: 'ok', message: `every client shows a token, checked with ${means}` }
}

/** Whether the keys for tokens can be fetched. */
export async function checkKeys(url: string): Promise<Finding> {
  const check = 'keys'
  try {
    const { keys } = await fetchKeySet(url)
    const message = `${keys.length === 1 ? '1 key' : `${keys.length} keys`} for tokens at ${hidePassword(url)}`
    if (keys.length > 0) return { check, result: 'ok', message }
    return {
      check,
      result: 'failed',
      message,
      advice: 'publish the keys that tokens are signed with',
    }
  } catch (error) {
    const { message, cause } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    return {
      ...{
        check,
        result: 'failed',
        message: `no keys for tokens from ${hidePassword(url)}: ${reason}`,
      },
      advice: 'see that --jwks-url names a JSON Web Key Set, and that this machine reaches it',
    }
  }
}
