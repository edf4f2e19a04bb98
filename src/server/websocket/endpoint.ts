import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { CloseCode, withRetryAfter } from '../../protocol/close-code.ts'
import { MAX_FRAGMENTS, MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import { anyone } from '../auth/authenticator.ts'
import { HOST_REFUSED } from '../auth/host-policy.ts'
import { TOKEN_PROTOCOL } from '../auth/request-token.ts'
import type { Identity } from '../auth/token-verifier.ts'
import { type Connection, closeWebSocket, type Transport } from '../delivery/connection.ts'
import type { Heartbeat } from '../delivery/heartbeat.ts'
import { ConnectionLimits } from '../limits/connection-limits.ts'
import { answerSocket, type HttpRefusal, refuseSocket } from '../limits/http-refusal.ts'
import type { Security } from '../limits/security.ts'
import { type ConnectRequest, readConnectRequest } from '../node/connect-request.ts'
import type { ChatNode } from '../node/node.ts'
import type { ConnectionRefusal, Refusals } from '../telemetry/refusals.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { ConnectionAuthenticator } from './authenticate.ts'
import { readRef } from './read-ref.ts'
import { traceFrames } from './trace-frames.ts'

/** Packets that may hold parts of one frame: kept apart, small ones cost far more than they hold. */
const MAX_BUFFERED_CHUNKS = 1_024

/** How long a user with too many connections is asked to wait before the next one. */
const TOO_MANY_DELAY_MS = 10_000

const DRAINING: HttpRefusal = {
  status: 503,
  cause: 'draining',
  reason: 'The server is draining',
  retryAfterS: 2,
}

/** A socket that knows whose it is, so that all sockets share the same listeners. */
class UserSocket extends WebSocket {
  connection!: Connection
  endpoint!: WebSocketEndpoint
}

/** The TCP socket under one. */
interface CarryingSocket extends Socket {
  chatwsCarries: UserSocket
}

interface UserTransport extends Transport {
  readonly webSocket: UserSocket
}

/** What an endpoint works with. */
export interface EndpointParts {
  readonly node: ChatNode
  readonly heartbeat: Heartbeat
  readonly security: Security
  readonly serverLog: ServerLog
  readonly refusals: Refusals
}

/** Turns upgrade requests into connections of the node, and their sockets' events into its calls. */
export class WebSocketEndpoint {
  readonly #parts: EndpointParts
  readonly #limits: ConnectionLimits
  readonly #admission: ConnectionAuthenticator
  readonly #upgrader = new WebSocketServer<typeof UserSocket>({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    WebSocket: UserSocket,
    handleProtocols: chooseProtocol,
    verifyClient: ({ req }, proceed) => {
      if (this.#parts.security.hosts?.isAllowed(req) === false) this.#refuseHost(req)
      else proceed(true)
    },
  })
  readonly #onSocketClose = () => {
    this.#openSockets -= 1
  }
  #openSockets = 0
  #isAdmitting = true
  #isReading = true

  constructor(parts: EndpointParts) {
    const { security, serverLog, refusals } = parts
    this.#parts = parts
    this.#upgrader.on('wsClientError', answerNoWebSocket)
    this.#admission = new ConnectionAuthenticator(security.authenticator, security.tokenTimeoutMs)
    this.#limits = new ConnectionLimits(security.limits, security.addresses, (refusal) => {
      refusals.countConnection(refusal.cause)
      serverLog.connectionRefused(refusal.reason)
    })
  }

  /** Answers the upgrade requests of an HTTP server, whatever their path. */
  attach(server: Server): void {
    server.on('connection', (socket) => this.#limits.enter(socket))
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Whether upgrade requests are granted. */
  get isAdmitting(): boolean {
    return this.#isAdmitting
  }

  /** From now on upgrade requests are answered with 503, and whoever is not known yet must go. */
  refuseNew(): void {
    this.#isAdmitting = false
    this.#admission.stop()
  }

  /** From now on frames are ignored. */
  stopReading(): void {
    this.#isReading = false
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#isAdmitting) {
      this.#parts.refusals.countConnection(DRAINING.cause)
      refuseSocket(socket, DRAINING)
      return
    }
    if (!this.#limits.admits(request, socket as Socket, this.#openSockets)) return
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      // Counted until it is gone, also where it is refused: until then it takes what others take.
      this.#openSockets += 1
      socket.once('close', this.#onSocketClose)
      webSocket.on('error', this.#onError)
      void this.#greet(request, { webSocket, socket: socket as Socket })
    })
  }

  /** Opens a new WebSocket, or closes it with the reason why not. */
  async #greet(request: IncomingMessage, transport: UserTransport): Promise<void> {
    const { security } = this.#parts
    const { webSocket } = transport
    const asked = readConnectRequest(request.url ?? '')
    if (!security.origins.isAllowed(request)) this.#refuseOrigin(request, webSocket)
    else if (!('userId' in asked)) this.#refuse(webSocket, asked, 'user_id')
    else if (!security.authenticator.isRequired) this.#open(asked, anyone(asked.userId), transport)
    else {
      const { identity, early } = await this.#admission.admit(webSocket, request, asked.userId)
      webSocket.resume()
      if (webSocket.readyState !== webSocket.OPEN) return
      if (!('userId' in identity)) this.#refuse(webSocket, identity, causeOf(identity))
      else if (!this.#isAdmitting) this.#refuse(webSocket, CloseCode.draining, 'draining')
      else if (this.#open(asked, identity, transport))
        for (const { data, isBinary } of early) webSocket.emit('message', data, isBinary)
    }
  }

  #open(asked: ConnectRequest, identity: Identity, { webSocket, socket }: UserTransport): boolean {
    const { node, heartbeat, security, serverLog } = this.#parts
    if (node.presence.connectionsOf(identity.userId) >= security.maxPerUser) {
      const code = withRetryAfter(CloseCode.tooManyConnections, TOO_MANY_DELAY_MS)
      this.#refuse(webSocket, code, 'user_connections')
      return false
    }
    webSocket.endpoint = this
    webSocket.connection = node.connect(asked, identity, { webSocket, socket })
    heartbeat.add(webSocket.connection)
    if (serverLog.showsFrames) traceFrames(webSocket.connection, { webSocket, socket }, serverLog)
    webSocket.on('message', onMessage)
    webSocket.on('pong', onPong)
    webSocket.on('close', onClose)
    ;(socket as CarryingSocket).chatwsCarries = webSocket
    socket.on('drain', onDrain)
    return true
  }

  #refuseOrigin({ headers }: IncomingMessage, webSocket: WebSocket): void {
    const { origin = '' } = headers
    // Read and written anew, it holds nothing that does not belong into a log.
    const shown = URL.canParse(origin) ? new URL(origin).origin.slice(0, 200) : 'null'
    this.#parts.serverLog.connectionRefused(`origin ${shown} is not allowed (--allow-origins)`)
    this.#refuse(webSocket, CloseCode.originNotAllowed, 'origin')
  }

  #refuseHost({ headers, socket }: IncomingMessage): void {
    const shown = /^[\w.:[\]-]{1,200}$/.exec(headers.host ?? '')?.[0] ?? 'none'
    const { serverLog, refusals } = this.#parts
    serverLog.connectionRefused(`host ${shown} is not allowed (--allow-hosts)`)
    refusals.countConnection('host')
    refuseSocket(socket, { status: 403, cause: 'host', reason: HOST_REFUSED })
  }

  #refuse(webSocket: WebSocket, code: CloseCode, cause: ConnectionRefusal): void {
    this.#parts.refusals.countConnection(cause)
    closeWebSocket(webSocket, code)
  }

  /** A broken peer is no fault of the server's: `close` follows, with the code that `ws` chose. */
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (error.code?.startsWith('WS_ERR_')) this.#parts.refusals.countFrame(error.code)
  }

  /** Acts on a frame of an open connection, unless its user sends too fast. */
  receive(webSocket: UserSocket, data: RawData, isBinary: boolean): void {
    const { connection } = webSocket
    if (!this.#isReading) return
    // What a client sent before it knew that the server drains is not lost.
    if (!connection.isOpen && this.#isAdmitting) return
    const { node, security } = this.#parts
    const verdict = security.messageRate?.check(connection.userId, performance.now()) ?? 'accept'
    if (verdict === 'abuse') {
      this.#parts.serverLog.connectionClosed(connection.userId, CloseCode.abuse.reason)
      // So that the sender hears what it was told before.
      node.resume(connection)
      connection.close(CloseCode.abuse)
      // The flood is left to wait in the network until the connection is cut off.
      webSocket.pause()
    } else if (verdict !== 'accept') {
      node.refuse(connection, {
        type: 'ERROR',
        code: 'RATE_LIMITED',
        message: `More than ${security.messageRate!.perSecond} frames a second`,
        retry_after_ms: verdict.retryAfterMs,
        ...readRef(data, isBinary),
      })
    } else if (isBinary) {
      node.refuse(connection, {
        type: 'ERROR',
        code: 'INVALID_FRAME',
        message: 'Frames are text, not binary',
      })
    } else node.receive(connection, (data as Buffer).toString())
  }

  /** Sends more to a connection whose socket has drained. */
  resume({ connection }: UserSocket): void {
    this.#parts.node.resume(connection)
  }

  /** Lets go of a connection whose socket has closed. */
  release({ connection }: UserSocket): void {
    this.#parts.heartbeat.remove(connection)
    this.#parts.node.disconnect(connection)
    if (this.#parts.node.presence.connectionsOf(connection.userId) === 0)
      this.#parts.security.messageRate?.forget(connection.userId)
  }
}

/** Answers a request to upgrade that is none to a WebSocket, or a broken one. */
function answerNoWebSocket({ message }: Error, socket: Duplex, { method }: IncomingMessage): void {
  const isGet = method === 'GET'
  answerSocket(socket, {
    ...{ status: isGet ? 400 : 405, code: 'INVALID_REQUEST', message },
    headers: isGet ? { 'Sec-WebSocket-Version': '13, 8' } : { Allow: 'GET' },
  })
}

/** The first subprotocol offered that is not a token: a token must not be sent back. */
function chooseProtocol(offered: ReadonlySet<string>): string | false {
  return [...offered].find((name) => !name.startsWith(TOKEN_PROTOCOL)) ?? false
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const webSocket = this as UserSocket
  webSocket.connection.unansweredPings = 0
  webSocket.endpoint.receive(webSocket, data, isBinary)
}

function onPong(this: WebSocket): void {
  const { connection } = this as UserSocket
  connection.unansweredPings = 0
}

function onClose(this: WebSocket): void {
  const webSocket = this as UserSocket
  webSocket.endpoint.release(webSocket)
}

function onDrain(this: Socket): void {
  const webSocket = (this as CarryingSocket).chatwsCarries
  webSocket.endpoint.resume(webSocket)
}

function causeOf(refusal: CloseCode): ConnectionRefusal {
  return refusal === CloseCode.authUnavailable ? 'auth_unavailable' : 'token'
}
