import { readFileSync } from 'node:fs'
import { ChatwsError } from '../../protocol/error.ts'
import { parseTarget } from '../wire/client-socket.ts'

/** Descriptors that a process needs besides its connections: files, pipes, event loops, a database. */
const OTHER_DESCRIPTORS = 96

/** What this machine allows, as far as it tells. */
export interface HostLimits {
  /** Files and sockets that this process may have open. */
  readonly descriptors: number | undefined
  /** Ports that connections to one address may come from. */
  readonly ports: number | undefined
}

/** Reads the limits of this process, on Linux. */
export function readHostLimits(): HostLimits {
  const read = (file: string, pattern: RegExp) => {
    try {
      return pattern.exec(readFileSync(file, 'latin1'))
    } catch {
      return null
    }
  }
  const files = read('/proc/self/limits', /^Max open files\s+(\d+)/m)
  const range = read('/proc/sys/net/ipv4/ip_local_port_range', /^(\d+)\s+(\d+)/)
  return {
    descriptors: files ? Number(files[1]) : undefined,
    ports: range ? Number(range[2]) - Number(range[1]) + 1 : undefined,
  }
}

/**
 * Which local addresses to connect from so that ports suffice; [] when one address will do.
 * Throws PREFLIGHT_FAILED with what to do when this machine cannot hold the connections.
 */
export function preflight(connections: number, url: string, limits: HostLimits): string[] {
  const { descriptors, ports } = limits
  const problems: string[] = []
  if (descriptors !== undefined && connections + OTHER_DESCRIPTORS > descriptors)
    problems.push(
      `It takes ${connections + OTHER_DESCRIPTORS} file descriptors, and this process may have ` +
        `${descriptors}: raise the limit (ulimit -n ${connections + OTHER_DESCRIPTORS}), ` +
        'or spread the users over several machines with --shard',
    )
  const addresses: string[] = []
  if (ports !== undefined && connections > ports) {
    const { host } = parseTarget(url)
    if (process.platform === 'linux' && /^(localhost|127\.)/.test(host))
      for (let at = 0; at < Math.ceil(connections / ports); at++)
        addresses.push(`127.0.0.${at + 1}`)
    else
      problems.push(
        `It takes ${connections} ports, and this machine has ${ports} for one address: widen the ` +
          'range (sysctl -w net.ipv4.ip_local_port_range="1024 65535"), or spread the users over ' +
          'several machines with --shard',
      )
  }
  if (problems.length > 0) throw new ChatwsError('PREFLIGHT_FAILED', problems.join('\n'))
  return addresses
}
