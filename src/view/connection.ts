import type { ConnectionStatus } from '../client/reconnecting-socket.ts'
import type { ChatView } from './chat-view.ts'
import { Listeners } from './listeners.ts'
import { derive, type Readable } from './readable.ts'

/** Where the connection stands. */
export interface ShownConnection {
  readonly state: ConnectionStatus['state']
  /** Attempts since the last success. */
  readonly attempt: number
  /** When the next attempt begins, in milliseconds since 1970. */
  readonly retryAt: number | undefined
  /** Why the last connection ended, or the client closed. */
  readonly reason: string | undefined
  /** Why the client does not connect any more. */
  readonly error: Error | undefined
  /** Whether chats have members on this server; undefined until it has told. */
  readonly hasMembers: boolean | undefined
  /** Connects now, where it waits to or is closed. */
  readonly reconnect: () => void
}

/** Follows the connection of a view's client. */
export class Connection extends Listeners {
  readonly shown: Readable<ShownConnection>
  #retryAt: number | undefined
  #hasMembers: boolean | undefined

  constructor({ client }: ChatView) {
    super()
    const reconnect = () => {
      const { state } = client.status
      if (state === 'idle' || state === 'closed') client.connect()
      else client.wake()
    }
    const notice = (status: ConnectionStatus) => {
      this.#retryAt = status.state === 'waiting' ? Date.now() + status.delayMs : undefined
      this.changed()
    }
    const start = {
      ...shownOf({ state: 'idle' }),
      retryAt: undefined,
      hasMembers: undefined,
      reconnect,
    }
    this.shown = derive([this], start, () => ({
      ...shownOf(client.status),
      retryAt: this.#retryAt,
      hasMembers: this.#hasMembers,
      reconnect,
    }))
    notice(client.status)
    client.on('status', notice)
    client.on('established', ({ access }) => {
      this.#hasMembers = access === 'members'
      this.changed()
    })
  }
}

function shownOf(
  status: ConnectionStatus,
): Pick<ShownConnection, 'state' | 'attempt' | 'reason' | 'error'> {
  const { state } = status
  const error = state === 'closed' ? status.error : undefined
  return {
    state,
    attempt: 'attempt' in status ? status.attempt : 0,
    reason: state === 'waiting' ? status.reason : error?.message,
    error,
  }
}
