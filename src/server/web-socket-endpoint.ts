import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import { type ConnectRequest, readConnectRequest } from './connect-request.ts'
import { type Connection, closeWebSocket } from './connection.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Hub } from './hub.ts'

/** A socket that knows whose it is, so that all sockets share the same listeners. */
class UserSocket extends WebSocket {
  connection!: Connection
  endpoint!: WebSocketEndpoint
}

/** Turns upgrade requests into connections of the hub, and their sockets' events into its calls. */
export class WebSocketEndpoint {
  readonly hub: Hub
  readonly heartbeat: Heartbeat
  readonly #upgrader = new WebSocketServer<typeof UserSocket>({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    WebSocket: UserSocket,
  })
  #isAccepting = true

  constructor(hub: Hub, heartbeat: Heartbeat) {
    this.hub = hub
    this.heartbeat = heartbeat
  }

  /** Answers the upgrade requests of an HTTP server, whatever their path. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** From now on upgrade requests are answered with 503, and frames are ignored. */
  stop(): void {
    this.#isAccepting = false
  }

  get isAccepting(): boolean {
    return this.#isAccepting
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#isAccepting) {
      // Half open, the socket would keep the server from stopping.
      socket.once('finish', () => socket.destroy())
      socket.end(`HTTP/1.1 503 ${STATUS_CODES[503]}\r\nConnection: close\r\n\r\n`)
      return
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', ignore)
      const asked = readConnectRequest(request.url ?? '')
      if ('userId' in asked) this.#open(webSocket, socket as Socket, asked)
      else closeWebSocket(webSocket, asked)
    })
  }

  #open(webSocket: UserSocket, socket: Socket, asked: ConnectRequest): void {
    webSocket.endpoint = this
    webSocket.connection = this.hub.connect(asked, { webSocket, socket })
    this.heartbeat.add(webSocket.connection)
    webSocket.on('message', onMessage)
    webSocket.on('pong', onPong)
    webSocket.on('close', onClose)
    socket.on('drain', () => this.hub.resume(webSocket.connection))
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const { connection, endpoint } = this as UserSocket
  connection.unansweredPings = 0
  if (!endpoint.isAccepting) return
  if (isBinary) endpoint.hub.refuseBinary(connection)
  else endpoint.hub.receive(connection, (data as Buffer).toString())
}

function onPong(this: WebSocket): void {
  const { connection } = this as UserSocket
  connection.unansweredPings = 0
}

function onClose(this: WebSocket): void {
  const { connection, endpoint } = this as UserSocket
  endpoint.heartbeat.remove(connection)
  endpoint.hub.disconnect(connection)
}

/** A broken peer is no fault of the server's: `close` follows, with the code that `ws` chose. */
function ignore(): void {}
