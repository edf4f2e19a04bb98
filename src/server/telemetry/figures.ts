/** What the node has done and holds, for those who watch it. */
export interface NodeFigures {
  readonly users: number
  readonly connections: number
  readonly connectionsOpened: number
  /** The code that the server closed a connection with → how often; 0 for the client's own end. */
  readonly connectionsClosed: ReadonlyMap<number, number>
  /** The newest offset told to the connections. */
  readonly offset: number
  /** Entries that this server stored. */
  readonly stored: number
  /** Entries that wait to be stored. */
  readonly waiting: number
  /** Shared frames times the connections open when they were sent. */
  readonly deliveries: number
  /** How often a connection that lagged was spared what is not durable. */
  readonly sheds: number
  /** Bytes that the connection furthest behind has yet to be sent. */
  readonly longestLagBytes: number
}

/** What was deleted because it was kept long enough, since the server started. */
export interface RetentionFigures {
  /** Messages deleted one by one. */
  readonly expired: number
  /** Entries deleted from the beginning of the log. */
  readonly pruned: number
  readonly sweeps: number
  /** How long the last sweep took; 0 before the first. */
  readonly lastSweepMs: number
}
