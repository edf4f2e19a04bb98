import type { ConnectionStatus } from '../../client/chat-client.ts'

/**
 * How a connection stands, in words.
 * @param remainingMs until the next attempt, for a client that waits for it
 */
export function describeConnection(status: ConnectionStatus, remainingMs: number): string {
  switch (status.state) {
    case 'idle':
      return 'not connected'
    case 'connecting':
      return status.attempt === 1 ? 'connecting …' : `connecting …, attempt ${status.attempt}`
    case 'open':
      return 'connected'
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil(remainingMs / 1000))
      return `reconnecting in ${seconds} s, attempt ${status.attempt}: ${status.reason}`
    }
    case 'closed':
      return 'closed'
  }
}
