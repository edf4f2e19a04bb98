import type { RawData } from 'ws'
import type { Connection } from '../delivery/connection.ts'
import type { Transport } from '../delivery/transport.ts'
import { describeFrameText } from '../telemetry/frame-text.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { FrameSplitter } from './frame-splitter.ts'

const TEXT = 1
const BINARY = 2
const PING = 9
const PONG = 10

/** What is not text, by opcode (RFC 6455, section 5.2). */
const NAMES: Readonly<Record<number, string>> = {
  [BINARY]: 'BINARY',
  8: 'CLOSE',
  [PING]: 'PING',
  [PONG]: 'PONG',
}

/**
 * Tells the log every frame of a connection from now on, in both directions. What is sent is read from
 * the bytes that go to the socket, so other connections, and servers that do not trace, pay nothing.
 */
export function traceFrames(
  { userId, serial }: Connection,
  transport: Transport,
  serverLog: ServerLog,
): void {
  const tell = (direction: 'in' | 'out', opcode: number, payload: Buffer) =>
    serverLog.frame({ direction, userId, connection: serial, isControl: opcode > 7 }, () =>
      opcode === TEXT ? describeFrameText(payload) : `${NAMES[opcode]} (${payload.length} bytes)`,
    )
  transport.on('message', (data: RawData, isBinary: boolean) =>
    tell('in', isBinary ? BINARY : TEXT, data as Buffer),
  )
  transport.on('ping', (data) => tell('in', PING, data))
  transport.on('pong', (data) => tell('in', PONG, data))
  const splitter = new FrameSplitter()
  transport.watch((bytes) => {
    for (const { opcode, payload } of splitter.split(bytes)) tell('out', opcode, payload)
  })
}
