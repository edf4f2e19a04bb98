import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'

/** Where clients come from, as far as trusted proxies tell. */
export class ClientAddresses {
  readonly #isTrusted: (address: string, hop: number) => boolean

  /** @param trustedProxies addresses and CIDR ranges */
  constructor(trustedProxies: readonly string[]) {
    this.#isTrusted = proxyAddr.compile([...trustedProxies])
  }

  /** Whether what this peer says of others is believed. */
  isProxy(peer: string): boolean {
    return this.#isTrusted(peer, 0)
  }

  /** The address of the client: the peer's, or what trusted proxies forwarded it for. */
  of(request: IncomingMessage): string {
    return proxyAddr(request, this.#isTrusted)
  }

  /** What the client asked for as Host: a trusted proxy may have been asked in its place. */
  hostOf({ headers, socket }: IncomingMessage): string {
    const forwarded = headers['x-forwarded-host']
    const isTold = typeof forwarded === 'string' && this.isProxy(socket.remoteAddress ?? '')
    return isTold ? forwarded.split(',')[0]!.trim() : (headers.host ?? '')
  }
}

/**
 * By what the connections of an address are counted: an IPv4 address, or the /64 of an IPv6 one,
 * because a single subscriber has all of that. Undefined for this machine itself, which is not
 * counted.
 */
export function addressKey(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.range() === 'loopback') return undefined
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
