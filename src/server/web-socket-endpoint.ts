import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { CloseCode } from '../protocol/close-code.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import { Admission } from './admission.ts'
import { type Authenticator, anyone } from './authenticator.ts'
import { type ConnectRequest, readConnectRequest } from './connect-request.ts'
import { type Connection, closeWebSocket, type Transport } from './connection.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Hub } from './hub.ts'
import { TOKEN_PROTOCOL } from './request-token.ts'
import type { Identity } from './token-verifier.ts'

/** A socket that knows whose it is, so that all sockets share the same listeners. */
class UserSocket extends WebSocket {
  connection!: Connection
  endpoint!: WebSocketEndpoint
}

interface UserTransport extends Transport {
  readonly webSocket: UserSocket
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
    handleProtocols: chooseProtocol,
  })
  /** Undefined while authentication is off. */
  readonly #admission: Admission | undefined
  #isAccepting = true

  constructor(hub: Hub, heartbeat: Heartbeat, authenticator: Authenticator) {
    this.hub = hub
    this.heartbeat = heartbeat
    this.#admission = authenticator.isRequired ? new Admission(authenticator) : undefined
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
      const transport = { webSocket, socket: socket as Socket }
      if (!('userId' in asked)) closeWebSocket(webSocket, asked)
      else if (this.#admission) void this.#admit(this.#admission, request, asked, transport)
      else this.#open(asked, anyone(asked.userId), transport)
    })
  }

  async #admit(
    admission: Admission,
    request: IncomingMessage,
    asked: ConnectRequest,
    { webSocket, socket }: UserTransport,
  ): Promise<void> {
    const { identity, early } = await admission.admit(webSocket, request, asked.userId)
    webSocket.resume()
    if (webSocket.readyState !== webSocket.OPEN) return
    if (!this.#isAccepting) closeWebSocket(webSocket, CloseCode.goingAway)
    else if (!('userId' in identity)) closeWebSocket(webSocket, identity)
    else {
      this.#open(asked, identity, { webSocket, socket })
      for (const { data, isBinary } of early) onMessage.call(webSocket, data, isBinary)
    }
  }

  #open(asked: ConnectRequest, identity: Identity, { webSocket, socket }: UserTransport): void {
    webSocket.endpoint = this
    webSocket.connection = this.hub.connect(asked, identity, { webSocket, socket })
    this.heartbeat.add(webSocket.connection)
    webSocket.on('message', onMessage)
    webSocket.on('pong', onPong)
    webSocket.on('close', onClose)
    socket.on('drain', () => this.hub.resume(webSocket.connection))
  }
}

/** The first subprotocol offered that is not a token: a token must not be sent back. */
function chooseProtocol(offered: ReadonlySet<string>): string | false {
  return [...offered].find((name) => !name.startsWith(TOKEN_PROTOCOL)) ?? false
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
