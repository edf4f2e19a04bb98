import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Whether a Host header names this machine, as only this machine does. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = hostName(host)
  return name !== undefined && isLoopbackName(name)
}

/** Whether a name, as a URL has it, is one of this machine only. */
export function isLoopbackName(name: string): boolean {
  const address = name.replace(/^\[|\]$/g, '')
  if (isIP(address) === 0) return name === 'localhost'
  return ipaddr.process(address).range() === 'loopback'
}

/** The name in a Host header, without the port, in lower case; undefined where there is none. */
export function hostName(host = ''): string | undefined {
  return /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
}
