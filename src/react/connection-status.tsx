'use client'

import { useConnection } from './use-connection.ts'

export interface ConnectionStatusProps {
  readonly className?: string | undefined
  readonly labels?: {
    /** What is said of each state but `open`, of which nothing is. */
    readonly state?: Partial<Record<'idle' | 'connecting' | 'waiting' | 'closed', string>>
    readonly reconnect?: string
  }
}

const STATES = {
  idle: 'Not connected',
  connecting: 'Connecting …',
  waiting: 'No connection. Trying again …',
  closed: 'Not connected',
} as const

/** Says where the connection stands, unless it is open, and offers to connect at once. */
export function ConnectionStatus({ className, labels = {} }: ConnectionStatusProps) {
  const { state, error, reconnect } = useConnection()
  const text = state === 'open' ? '' : { ...STATES, ...labels.state }[state]
  const isDown = state === 'waiting' || state === 'closed'
  return (
    <div className={className} role="status" data-state={state}>
      {text}
      {error && <> {error.message}</>}
      {isDown && (
        <button type="button" onClick={reconnect}>
          {labels.reconnect ?? 'Connect now'}
        </button>
      )}
    </div>
  )
}
