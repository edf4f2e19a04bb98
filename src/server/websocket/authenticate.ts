import type { RawData } from 'ws'
import { Auth } from '../../protocol/client-frames.ts'
import type { CloseCode } from '../../protocol/close-code.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { type RequestHead, readToken } from '../auth/request-token.ts'
import type { Identity } from '../auth/token-verifier.ts'
import type { Transport } from '../delivery/transport.ts'
import { type EarlyFrame, holdBack } from './hold-back.ts'

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

  /** Finds out whether it is `userId`, as it says. Leaves it paused; never rejects. */
  async authenticate(
    transport: Transport,
    request: RequestHead,
    userId: number,
  ): Promise<Authenticated> {
    const held = holdBack(transport, false)
    const inRequest = readToken(request)
    const token = inRequest ?? (await this.#firstFrame(transport))
    transport.pause()
    const identity = await this.#authenticator.identify(userId, token)
    const early = held.release()
    return { identity, early: inRequest === undefined ? early.slice(1) : early }
  }

  /** The token in the first frame; undefined when there is none, or none in time. */
  #firstFrame(transport: Transport): Promise<string | undefined> {
    return new Promise((resolve) => {
      const settle = (token?: string) => {
        this.#waiting.delete(onClose)
        clearTimeout(timer)
        transport.off('message', onMessage)
        transport.off('close', onClose)
        resolve(token)
      }
      const onMessage = (data: RawData, isBinary: boolean) =>
        settle(isBinary ? undefined : readAuth(String(data)))
      const onClose = () => settle()
      const timer = setTimeout(onClose, this.#tokenTimeoutMs)
      this.#waiting.add(onClose)
      transport.on('message', onMessage)
      transport.on('close', onClose)
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
