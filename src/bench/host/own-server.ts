/** A server that this load test started, and may stop. */
export interface OwnServer {
  readonly url: string
  /** The process as it is now; undefined while it is down. */
  readonly pid: number | undefined
  /** Ends it, with a signal that it can or cannot act on, and waits until it is gone. */
  down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it again, on the same port and database. */
  up(): Promise<void>
  /** Reads from its database, past the server, what is stored after an offset: each as its frame. */
  readLog(after: number): AsyncIterable<Buffer>
}
