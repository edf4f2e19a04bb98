import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'
import { isLoopbackHost } from './host-name.ts'

/** What is counted together where nothing tells whose it is. */
const UNKNOWN = 'unknown'

/** As what a proxy on this machine is counted, and whoever it says is this machine. */
const LOOPBACK = 'loopback'

/** Headers that proxies add to what they pass on (X-Real-IP, CF-Connecting-IP, …), and no client here. */
const PROXY_HEADER = /^(forwarded|via|cdn-loop|x-forwarded.*|x-original-.*|x-envoy-.*|.*ip)$/

/**
 * Where clients come from, as far as trusted proxies tell. What is not known is never taken for
 * this machine.
 */
export class ClientAddresses {
  readonly #isTrusted: (address: string, hop: number) => boolean

  /** @param trustedProxies addresses and CIDR ranges */
  constructor(trustedProxies: readonly string[]) {
    this.#isTrusted = proxyAddr.compile([...trustedProxies])
  }

  /** Whether what this peer says of others is believed. */
  isProxy(peer: string | undefined): boolean {
    return peer !== undefined && this.#isTrusted(peer, 0)
  }

  /**
   * The address of the client: the peer's, or what trusted proxies forwarded it for. Where that is
   * no address, it is the last proxy that is known; undefined where not even the peer is.
   */
  of({ headers, socket }: IncomingMessage): string | undefined {
    let address = socket.remoteAddress
    const forwarded = forwardedFor(headers)
    for (let hop = 0; address !== undefined && this.#isTrusted(address, hop); hop++) {
      const next = readAddress(forwarded.pop() ?? '')
      if (next === undefined) break
      address = next
    }
    return address
  }

  /** By what a request is counted; undefined for one of this machine itself, which is not. */
  keyOf(request: IncomingMessage): string | undefined {
    if (this.isThisMachine(request)) return undefined
    // Whoever is said to be this machine, by a proxy, is not.
    return addressKey(this.of(request)) ?? LOOPBACK
  }

  /**
   * Whether a request comes from this machine and nobody passed it on: not a proxy here that is
   * trusted, nor one that is not and betrays itself, by a header, by HTTP/1.0 (nginx's own choice),
   * or by asking under a name that others have for this machine.
   */
  isThisMachine({ headers, socket, httpVersion }: IncomingMessage): boolean {
    const peer = socket.remoteAddress
    if (peer === undefined || addressKey(peer) !== undefined || this.isProxy(peer)) return false
    if (httpVersion === '1.0' || !isLoopbackHost(headers.host)) return false
    return !Object.keys(headers).some((name) => PROXY_HEADER.test(name))
  }

  /** What the client asked for as Host: a trusted proxy may have been asked in its place. */
  hostOf({ headers, socket }: IncomingMessage): string {
    const forwarded = headers['x-forwarded-host']
    const isTold = typeof forwarded === 'string' && this.isProxy(socket.remoteAddress)
    return isTold ? forwarded.split(',')[0]!.trim() : (headers.host ?? '')
  }
}

/**
 * By what the connections of an address are counted: an IPv4 address, or the /64 of an IPv6 one,
 * because a single subscriber has all of that. Undefined for a loopback address.
 */
export function addressKey(address: string | undefined): string | undefined {
  if (address === undefined) return UNKNOWN
  if (isIP(address) === 0) return address
  const parsed = ipaddr.process(address)
  if (parsed.range() === 'loopback') return undefined
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

/** Whom a request was forwarded for, the nearest last. */
function forwardedFor(headers: IncomingHttpHeaders): string[] {
  return String(headers['x-forwarded-for'] ?? '').split(',')
}

/** The address in an entry of X-Forwarded-For, with or without a port; undefined if it is none. */
function readAddress(entry: string): string | undefined {
  const text = entry.trim()
  const bare = /^\[([^\]]*)\](?::\d*)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d*$/, '$1')
  return isIP(bare) === 0 ? undefined : bare
}
