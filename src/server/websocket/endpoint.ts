import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { CloseCode, withRetryAfter } from '../../protocol/close-code.ts'
import { MAX_FRAGMENTS, MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import { anyone } from '../auth/authenticator.ts'
import { HOST_REFUSED } from '../auth/host-policy.ts'
import { TOKEN_PROTOCOL } from '../auth/request-token.ts'
import type { Security } from '../auth/security.ts'
import type { Identity } from '../auth/token-verifier.ts'
import { Transport } from '../delivery/transport.ts'
import type { FrameFilter } from '../frames/audience.ts'
import { ConnectionLimits } from '../limits/connection-limits.ts'
import { answerSocket, type HttpRefusal, refuseSocket } from '../limits/http-refusal.ts'
import { type ConnectRequest, readConnectRequest } from '../node/connect-request.ts'
import type { ConnectionRefusal, Refusals } from '../telemetry/refusals.ts'
import { ConnectionAuthenticator } from './authenticate.ts'
import { type EarlyFrame, holdBack } from './hold-back.ts'
import { type Doors, Inbound, type InboundParts } from './inbound.ts'
import { traceFrames } from './trace-frames.ts'

/** How long a user with too many connections is asked to wait before the next one. */
const TOO_MANY_DELAY_MS = 10_000

const DRAINING: HttpRefusal = {
  status: 503,
  cause: 'draining',
  reason: 'The server is draining',
  retryAfterS: 2,
}

/** What an endpoint works with. */
export interface EndpointParts extends Omit<InboundParts, 'doors' | 'messageRate'> {
  readonly security: Security
  readonly refusals: Refusals
}

/** Turns upgrade requests into connections of the node. */
export class WebSocketEndpoint implements Doors {
  readonly #parts: EndpointParts
  readonly #limits: ConnectionLimits
  readonly #authenticator: ConnectionAuthenticator
  readonly #inbound: InboundParts
  readonly #upgrader = new WebSocketServer<typeof Transport>({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    WebSocket: Transport,
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
    this.#inbound = { ...parts, messageRate: security.messageRate, doors: this }
    this.#authenticator = new ConnectionAuthenticator(
      security.authenticator,
      security.tokenTimeoutMs,
    )
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

  /** Whether frames are acted on. */
  get isReading(): boolean {
    return this.#isReading
  }

  /** From now on upgrade requests are answered with 503, and whoever is not known yet must go. */
  refuseNew(): void {
    this.#isAdmitting = false
    this.#authenticator.stop()
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
    this.#upgrader.handleUpgrade(request, socket, head, (transport) => {
      // Counted until it is gone, also where it is refused: until then it takes what others take.
      this.#openSockets += 1
      socket.once('close', this.#onSocketClose)
      transport.carriedBy(socket as Socket)
      transport.readInTurns()
      transport.on('error', this.#onError)
      void this.#admit(request, transport)
    })
  }

  /** Opens a new WebSocket, or closes it with the reason why not. */
  async #admit(request: IncomingMessage, transport: Transport): Promise<void> {
    const { security } = this.#parts
    const asked = readConnectRequest(request.url ?? '')
    if (!security.origins.isAllowed(request)) this.#refuseOrigin(request, transport)
    else if (!('userId' in asked)) this.#refuse(transport, asked, 'user_id')
    else if (!security.authenticator.isRequired)
      await this.#enter(asked, anyone(asked.userId), transport)
    else {
      const { identity, early } = await this.#authenticator.authenticate(
        transport,
        request,
        asked.userId,
      )
      transport.resume()
      if (!transport.isOpen) return
      if (!('userId' in identity)) this.#refuse(transport, identity, causeOf(identity))
      else if (!this.#isAdmitting) this.#refuse(transport, CloseCode.draining, 'draining')
      else await this.#enter(asked, identity, transport, early)
    }
  }

  /** Finds out what someone who is known may read, and opens the connection. */
  async #enter(
    asked: ConnectRequest,
    identity: Identity,
    transport: Transport,
    early: readonly EarlyFrame[] = [],
  ): Promise<void> {
    const { node } = this.#parts
    const admitted = node.admit(identity)
    if (!(admitted instanceof Promise)) {
      if (admitted) this.#refuse(transport, admitted, 'banned')
      else if (this.#open(asked, identity, transport)) deliver(early, transport)
      return
    }
    const held = holdBack(transport)
    const filter = await admitted.catch(() => undefined)
    const all = [...early, ...held.release()]
    if (!filter) this.#refuse(transport, CloseCode.tryAgainLater, 'storage')
    else if (!transport.isOpen || !this.#isAdmitting) {
      node.leave(identity.userId)
      if (transport.isOpen) this.#refuse(transport, CloseCode.draining, 'draining')
    } else {
      // Who was banned meanwhile had no connection yet that could be closed.
      const refusal = node.refusalOf(identity)
      if (refusal) this.#refuse(transport, refusal, 'banned')
      else if (this.#open(asked, identity, transport, filter)) {
        deliver(all, transport)
        return
      }
      node.leave(identity.userId)
    }
  }

  #open(
    asked: ConnectRequest,
    identity: Identity,
    transport: Transport,
    filter?: FrameFilter,
  ): boolean {
    const { node, heartbeat, registry, security, serverLog } = this.#parts
    if (registry.connectionsOf(identity.userId) >= security.maxPerUser) {
      const code = withRetryAfter(CloseCode.tooManyConnections, TOO_MANY_DELAY_MS)
      this.#refuse(transport, code, 'user_connections')
      return false
    }
    const connection = node.connect(asked, identity, transport, filter)
    heartbeat.add(connection)
    if (serverLog.showsFrames) traceFrames(connection, transport, serverLog)
    transport.listen(new Inbound(connection, this.#inbound))
    return true
  }

  #refuseOrigin({ headers }: IncomingMessage, transport: Transport): void {
    const { origin = '' } = headers
    // Read and written anew, it holds nothing that does not belong into a log.
    const shown = URL.canParse(origin) ? new URL(origin).origin.slice(0, 200) : 'null'
    this.#parts.serverLog.connectionRefused(`origin ${shown} is not allowed (--allow-origins)`)
    this.#refuse(transport, CloseCode.originNotAllowed, 'origin')
  }

  #refuseHost({ headers, socket }: IncomingMessage): void {
    const shown = /^[\w.:[\]-]{1,200}$/.exec(headers.host ?? '')?.[0] ?? 'none'
    const { serverLog, refusals } = this.#parts
    serverLog.connectionRefused(`host ${shown} is not allowed (--allow-hosts)`)
    refusals.countConnection('host')
    refuseSocket(socket, { status: 403, cause: 'host', reason: HOST_REFUSED })
  }

  #refuse(transport: Transport, code: CloseCode, cause: ConnectionRefusal): void {
    this.#parts.refusals.countConnection(cause)
    transport.closeWith(code)
  }

  /** A broken peer is no fault of the server's: `close` follows, with the code that `ws` chose. */
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (error.code?.startsWith('WS_ERR_')) this.#parts.refusals.countFrame(error.code)
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

/** Acts on what came before it was known who sends it. */
function deliver(early: readonly EarlyFrame[], transport: Transport): void {
  for (const { data, isBinary } of early) transport.emit('message', data, isBinary)
}

function causeOf(refusal: CloseCode): ConnectionRefusal {
  return refusal === CloseCode.authUnavailable ? 'auth_unavailable' : 'token'
}
