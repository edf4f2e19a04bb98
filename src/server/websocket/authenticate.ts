import type { RawData, WebSocket } from 'ws'
import { Auth } from '../../protocol/client-frames.ts'
import type { CloseCode } from '../../protocol/close-code.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { type RequestHead, readToken } from '../auth/request-token.ts'
import type { Identity } from '../auth/token-verifier.ts'

/** A frame that came before it was known whose it is. */
export interface EarlyFrame {
  readonly data: RawData
  readonly isBinary: boolean
}

/** Who a new connection belongs to, or why it is closed; and what it has sent meanwhile. */
export interface Authenticated {
  readonly identity: Identity | CloseCode
  readonly early: readonly EarlyFrame[]
}

/** Finds out whom new connections belong to, from their request or from their first frame. */
export class ConnectionAuthenticator {
  readonly #authenticator: Authenticator
  readonly #tokenTimeoutMs: number
  readonly #waiting = new Set<() => void>()

  /** @param tokenTimeoutMs how long a connection that brought no token may take to send one */
  constructor(authenticator: Authenticator, tokenTimeoutMs: number) {
    this.#authenticator = authenticator
    this.#tokenTimeoutMs = tokenTimeoutMs
  }

  /** Waits no longer for those that have not sent a token yet. */
  stop(): void {
    for (const giveUp of [...this.#waiting]) giveUp()
  }

  /** Admits a connection that says it is `userId`. Leaves it paused; never rejects. */
  async admit(webSocket: WebSocket, request: RequestHead, userId: number): Promise<Authenticated> {
    const early: EarlyFrame[] = []
    const keep = (data: RawData, isBinary: boolean) => {
      webSocket.pause()
      // Others that stood in the same packet follow, in spite of the pause.
      early.push({ data, isBinary })
    }
    webSocket.on('message', keep)
    const inRequest = readToken(request)
    const token = inRequest ?? (await this.#firstFrame(webSocket))
    webSocket.pause()
    const identity = await this.#authenticator.identify(userId, token)
    webSocket.off('message', keep)
    return { identity, early: inRequest === undefined ? early.slice(1) : early }
  }

  /** The token in the first frame; undefined when there is none, or none in time. */
  #firstFrame(webSocket: WebSocket): Promise<string | undefined> {
    return new Promise((resolve) => {
      const settle = (token?: string) => {
        this.#waiting.delete(onClose)
        clearTimeout(timer)
        webSocket.off('message', onMessage)
        webSocket.off('close', onClose)
        resolve(token)
      }
      const onMessage = (data: RawData, isBinary: boolean) =>
        settle(isBinary ? undefined : readAuth(String(data)))
      const onClose = () => settle()
      const timer = setTimeout(onClose, this.#tokenTimeoutMs)
      this.#waiting.add(onClose)
      webSocket.on('message', onMessage)
      webSocket.on('close', onClose)
    })
  }
}

function readAuth(text: string): string | undefined {
  try {
    return Auth.parse(JSON.parse(text)).token
  } catch {
    return undefined
  }
}
