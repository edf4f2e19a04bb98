import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version of the nats-server on this machine; undefined where there is none. */
export function natsVersion() {
  try {
    return execFileSync('nats-server', ['--version'], { encoding: 'utf8' }).match(/v(\d\S*)/)?.[1]
  } catch {
    return undefined
  }
}

/** Writes the configuration of a nats-server with a WebSocket listener; returns its path. */
export function writeNatsConfig(folder) {
  const path = join(folder, 'nats.conf')
  const text = `listen: "127.0.0.1:-1"
websocket { listen: "127.0.0.1:-1", no_tls: true, compression: false }
ping_interval: "1h"
write_deadline: "30s"
`
  writeFileSync(path, text)
  return path
}

/** The WebSocket port in what nats-server logs; undefined before it is there. */
export function natsWebSocketPort(log) {
  const port = log.match(/websocket clients on ws:\/\/[^:]+:(\d+)/)?.[1]
  return port === undefined ? undefined : Number(port)
}
