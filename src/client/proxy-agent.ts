import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/i

/**
 * Goes through the proxy that HTTP_PROXY (for ws://), HTTPS_PROXY (for wss://) or ALL_PROXY names;
 * undefined where none does, where NO_PROXY names the server, and for this machine's own.
 */
export function proxyAgent(url: string): Agent | undefined {
  if (LOOPBACK.test(new URL(url).hostname)) return undefined
  const proxy = getProxyForUrl(url.replace(/^ws/i, 'http'))
  // A tunnel for both: what is no CONNECT may not be upgraded by a proxy (RFC 6455, 4.1).
  return proxy === '' ? undefined : new HttpsProxyAgent(proxy)
}
