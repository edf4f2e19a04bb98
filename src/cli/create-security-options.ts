import { isLoopback } from '../config/auth-options.ts'
import type { ServeConfig } from '../config/serve-config.ts'
import { AdminToken } from '../server/auth/admin-token.ts'
import type { SecurityOptions } from '../server/auth/security.ts'
import { readDescriptorLimit } from '../server/limits/descriptors.ts'
import type { ServerLog } from '../server/telemetry/server-log.ts'
import { createAuthenticator } from './create-authenticator.ts'

/** Whom a server lets in and what it limits, as its configuration says. Throws USAGE. */
export function createSecurityOptions(
  config: Readonly<ServeConfig>,
  serverLog: ServerLog,
): SecurityOptions {
  return {
    authenticator: createAuthenticator(config, serverLog),
    adminToken: config.adminToken === undefined ? undefined : new AdminToken(config.adminToken),
    isAdminOpen: config.insecureAdmin,
    // Whoever has it listen under a name means it to be reached by that.
    allowedHosts: [...config.allowHosts, config.host.toLowerCase()],
    allowedOrigins: config.allowOrigins,
    isLocalOnly: config.auth === 'none' && !config.insecure && isLoopback(config.host),
    trustedProxies: config.trustedProxies,
    descriptorLimit: readDescriptorLimit(),
    maxConnections: config.maxConnections,
    maxPerAddress: config.maxConnectionsPerAddress,
    ratePerAddress: config.connectionRate,
    maxPerUser: config.maxConnectionsPerUser,
    messageRate: config.messageRate,
    httpRate: config.httpRate,
    maxContentLength: config.maxContentLength,
  }
}
