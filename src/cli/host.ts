/** All that a command uses of its process; tests hand in a twin. */
export interface Host {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back on SIGINT, SIGTERM and SIGHUP, which then no longer end the process by themselves. */
  onSignal(callback: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void): void
  /** Lets the process end though what was written is not out: whoever reads it does not. */
  abandonOutput?(): void
  /** Tells the parent process, if it listens (a child process with an IPC channel). */
  notifyParent(message: object): void
}
