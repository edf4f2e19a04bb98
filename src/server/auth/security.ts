import type { IncomingMessage } from 'node:http'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import type { ConnectionEstablished } from '../../protocol/server-frames.ts'
import { ClientAddresses } from '../limits/client-address.ts'
import type { ConnectionLimitRules } from '../limits/connection-limits.ts'
import { socketsWithin } from '../limits/descriptors.ts'
import { MessageRate } from '../limits/message-rate.ts'
import { TokenBuckets } from '../limits/token-buckets.ts'
import type { AdminToken } from './admin-token.ts'
import { Authenticator } from './authenticator.ts'
import { HostPolicy } from './host-policy.ts'
import { OriginPolicy } from './origin-policy.ts'

const TOKEN_TIMEOUT_MS = 5_000

/** Sockets that are kept free for telling others that there is no room. */
const REFUSAL_RESERVE = 16

/** Seconds of the rate of HTTP requests that may come at once. */
const HTTP_BURST_S = 5

/** What the server is told of whom to let in and what to bear. Nothing is limited without it. */
export interface SecurityOptions extends Partial<ConnectionLimitRules> {
  /** Anyone may connect as anyone without it. */
  readonly authenticator?: Authenticator
  /** Origins of pages that may connect besides the server's own; `*` is all. */
  readonly allowedOrigins?: readonly string[]
  /** Whether only this machine is meant to reach the server. */
  readonly isLocalOnly?: boolean
  /** Names besides the loopback ones under which it may be reached without a token; `*` is all. */
  readonly allowedHosts?: readonly string[]
  /** What an admin proves to be one by over HTTP, without an `authenticator` too. */
  readonly adminToken?: AdminToken | undefined
  /** Whether everyone on this machine is an admin, where there is no `authenticator`. */
  readonly isAdminOpen?: boolean
  /** Addresses and CIDR ranges of proxies that are believed. */
  readonly trustedProxies?: readonly string[]
  /** File descriptors that the process may hold; undefined where that is not known. */
  readonly descriptorLimit?: number | undefined
  /** How long a connection may take to send its token; 5 s unless given. */
  readonly tokenTimeoutMs?: number
  /** Open connections of one user. */
  readonly maxPerUser?: number
  /** Frames a second of one user, in the long run. */
  readonly messageRate?: number
  /** HTTP requests a second, of one address and of one user, in the long run. */
  readonly httpRate?: number
  /** UTF-16 code units of a message. */
  readonly maxContentLength?: number
}

/** Who is let in, and how much each may do. */
export interface Security {
  readonly authenticator: Authenticator
  readonly addresses: ClientAddresses
  readonly origins: OriginPolicy
  /** Undefined where clients have to prove who they are, under whatever name they come. */
  readonly hosts: HostPolicy | undefined
  readonly adminToken: AdminToken | undefined
  readonly isAdminOpen: boolean
  readonly limits: ConnectionLimitRules
  readonly tokenTimeoutMs: number
  readonly maxPerUser: number
  readonly messageRate: MessageRate | undefined
  /** By what is counted: an address, or a user. */
  readonly httpRate: TokenBuckets<string> | undefined
  readonly maxContentLength: number
}

export function createSecurity(options: SecurityOptions): Security {
  const addresses = new ClientAddresses(options.trustedProxies ?? [])
  const { authenticator = new Authenticator(), isLocalOnly = false } = options
  const hostOf = (request: IncomingMessage) => addresses.hostOf(request)
  return {
    authenticator,
    addresses,
    origins: new OriginPolicy({ allowed: options.allowedOrigins ?? [], isLocalOnly, hostOf }),
    hosts: authenticator.isRequired
      ? undefined
      : new HostPolicy({ allowed: options.allowedHosts ?? [], isLocalOnly, hostOf }),
    adminToken: options.adminToken,
    isAdminOpen: options.isAdminOpen ?? false,
    limits: {
      maxConnections: maxConnectionsOf(options),
      maxPerAddress: options.maxPerAddress ?? 0,
      ratePerAddress: options.ratePerAddress ?? 0,
    },
    tokenTimeoutMs: options.tokenTimeoutMs ?? TOKEN_TIMEOUT_MS,
    maxPerUser: options.maxPerUser || Number.POSITIVE_INFINITY,
    messageRate: options.messageRate ? new MessageRate(options.messageRate) : undefined,
    httpRate: options.httpRate
      ? new TokenBuckets(options.httpRate, Math.max(1, options.httpRate * HTTP_BURST_S))
      : undefined,
    maxContentLength: options.maxContentLength ?? MAX_FRAME_BYTES,
  }
}

/** As many as wanted, and as there are descriptors for with some left to say so. */
function maxConnectionsOf({ maxConnections = 0, descriptorLimit }: SecurityOptions): number {
  if (descriptorLimit === undefined) return maxConnections
  const possible = Math.max(1, socketsWithin(descriptorLimit) - REFUSAL_RESERVE)
  return maxConnections === 0 ? possible : Math.min(maxConnections, possible)
}

/** What clients are told of it. */
export function announcedLimits(security: Security): ConnectionEstablished['limits'] {
  const { messageRate, maxContentLength } = security
  return {
    maxMessageBytes: MAX_FRAME_BYTES,
    ...(maxContentLength < MAX_FRAME_BYTES ? { maxContentLength } : {}),
    ...(messageRate
      ? { messagesPerSecond: messageRate.perSecond, messageBurst: messageRate.burst }
      : {}),
  }
}
