type Level = 'trace' | 'debug' | 'info' | 'error'

/** Takes finished lines; the command line decides whether they come out as text or as JSON. */
export interface ServerLogSink {
  isEnabled(level: Level): boolean
  /**
   * @param level `always`: at every one but silent
   * @param line for people
   * @param record the same for programs, `event` first
   */
  write(level: Level | 'always', line: string, record: Record<string, unknown>): void
  /** Lines that could not be written so far. */
  readonly droppedLines?: number
}

/** How far back the causes of a failure are told. */
const MAX_REASONS = 4

/** Lines about single connections and messages written in a second; more are summarised. */
const LINES_PER_SECOND = 200

/** The same for frames, which are shown to those who look for a fault. */
const FRAMES_PER_SECOND = 1_000

/** What is counted instead of written when too much happens. */
type Counted =
  | 'connected'
  | 'disconnected'
  | 'connections refused'
  | 'tokens refused'
  | 'status changes'
  | 'frames received'
  | 'messages stored'
  | 'frames shown'

/** A frame, told by which way it went and whose connection it was on. */
export interface TracedFrame {
  readonly direction: 'in' | 'out'
  readonly userId: number
  /** The connection's number on this server. */
  readonly connection: number
  /** Pings, pongs and closes are shown at `trace` only. */
  readonly isControl: boolean
}

/**
 * What the server tells its operator. At a high rate the lines about single events give way to
 * one summary a second, so that writing them never slows the server.
 */
export class ServerLog {
  readonly #sink: ServerLogSink
  #linesLeft = LINES_PER_SECOND
  #framesLeft = FRAMES_PER_SECOND
  #timer: NodeJS.Timeout | undefined
  /** What was counted in this second → how often. */
  readonly #unwritten = new Map<Counted, number>()

  constructor(sink: ServerLogSink) {
    this.#sink = sink
  }

  /** Whether `frame` is worth a call. */
  get showsFrames(): boolean {
    return this.#sink.isEnabled('debug')
  }

  /** Lines that could not be written: a stalled pipe, a full disk, a closed descriptor. */
  get droppedLines(): number {
    return this.#sink.droppedLines ?? 0
  }

  /** @param isPicked whether nobody but this line tells the port */
  listening(url: string, isPicked = false): void {
    const level = isPicked ? 'always' : 'info'
    this.#sink.write(level, `🚀 WS: Server listening on ${url}`, { event: 'listening', url })
  }

  /** @param database as it was named; what it holds is lost when the server stops */
  databaseIsVolatile(database: string): void {
    const line = `⚠️ WS: ${database} keeps nothing: every message is lost when the server stops`
    this.#write(line, 'database_is_volatile', { database })
  }

  userConnected(userId: number): void {
    if (this.#admits('connected'))
      this.#write(`🚀 WS: User ${userId} connected`, 'user_connected', { userId })
  }

  userDisconnected(userId: number): void {
    if (this.#admits('disconnected'))
      this.#write(`🔌 WS: User ${userId} disconnected`, 'user_disconnected', { userId })
  }

  /** @param reason without anything that a client wrote */
  connectionRefused(reason: string): void {
    if (this.#admits('connections refused'))
      this.#write(`🚫 WS: Connection refused: ${reason}`, 'connection_refused', { reason })
  }

  /** @param reason without anything of the token */
  tokenRefused(reason: string): void {
    if (this.#admits('tokens refused'))
      this.#write(`🔑 WS: Token refused: ${reason}`, 'token_refused', { reason })
  }

  /** The server closed a connection for what its user did. */
  connectionClosed(userId: number, reason: string): void {
    if (this.#admits('connections refused'))
      this.#write(`🚫 WS: User ${userId} was cut off: ${reason}`, 'connection_closed', {
        userId,
        reason,
      })
  }

  /** @param users how many users the change was sent to */
  statusBroadcast(userId: number, isOnline: boolean, users: number): void {
    if (!this.#admits('status changes')) return
    const status = isOnline ? 'ONLINE' : 'OFFLINE'
    this.#write(`📡 WS: User ${userId} is ${status}`, `user_${status.toLowerCase()}`, { userId })
    this.#write(`📡 WS: Broadcast sent to ${users} users`, 'status_broadcast', { users })
  }

  frameReceived(userId: number, type: string): void {
    if (this.#admits('frames received'))
      this.#write(`📨 WS: Received message from user ${userId}: ${type}`, 'frame_received', {
        userId,
        type,
      })
  }

  /** @param describe what to show of it, without tokens and control characters */
  frame({ isControl, ...about }: TracedFrame, describe: () => string): void {
    const level = isControl ? 'trace' : 'debug'
    if (!this.#sink.isEnabled(level) || !this.#admitsFrame()) return
    const frame = describe()
    const { direction, userId, connection } = about
    const line = `🔍 WS: ${direction.padEnd(3)} user ${userId} connection ${connection}: ${frame}`
    this.#sink.write(level, line, { event: `frame_${direction}`, userId, connection, frame })
  }

  /** @param countUsers counts the users that the message was sent to */
  messageStored(kind: 'chat' | 'support', id: number, countUsers: () => number): void {
    if (!this.#admits('messages stored')) return
    const users = countUsers()
    const what = kind === 'chat' ? 'message' : 'support message'
    this.#write(`💬 WS: New ${what} created with ID: ${id}`, 'message_created', { kind, id })
    this.#write(`📡 WS: Message broadcast sent to ${users} users`, 'message_broadcast', { users })
  }

  stats(users: number, connections: number): void {
    this.#write(`📊 WS Stats: ${users} users, ${connections} connections`, 'stats', {
      users,
      connections,
    })
  }

  /** Messages were kept long enough. @param pruned entries from the beginning of the log */
  retentionSwept({ expired, pruned, tookMs }: { expired: number; pruned: number; tookMs: number }) {
    const took = (tookMs / 1000).toFixed(1)
    const line = `🧹 WS: Kept long enough: ${expired} messages deleted, ${pruned} entries pruned, in ${took} s`
    this.#write(line, 'retention_swept', { expired, pruned, tookMs: Math.round(tookMs) })
  }

  stopping(signal: string): void {
    this.#write(`🛑 WS: ${signal}: stopping`, 'stopping', { signal })
  }

  /** @param isStored whether everything that was accepted is stored */
  stopped(isStored: boolean): void {
    const line = isStored ? 'stopped' : 'stopped, and not all that was accepted is stored'
    this.#write(`🛑 WS: ${line}`, 'stopped', { isStored })
  }

  /** @param reason why an orderly stop was not waited for any longer */
  forced(reason: string): void {
    this.#sink.write('error', `🛑 WS: ended before it had stopped in order: ${reason}`, {
      event: 'forced',
      reason,
    })
  }

  /** @param adminId undefined where it was whoever has the admin token */
  adminActed(adminId: number | undefined, action: string): void {
    const who = adminId === undefined ? 'Whoever has the admin token' : `Admin ${adminId}`
    this.#write(`🔑 WS: ${who} ${action}`, 'admin_action', { adminId, action })
  }

  failure(what: string, error: unknown): void {
    const reason = reasonOf(error)
    this.#sink.write('error', `❌ WS: ${what}: ${reason}`, { event: 'failure', what, err: error })
  }

  /** Writes what is still only counted. */
  close(): void {
    clearTimeout(this.#timer)
    this.#endSecond()
  }

  /** Whether an event may be written; otherwise it is counted, to be summarised. */
  #admits(what: Counted): boolean {
    if (!this.#sink.isEnabled('info')) return false
    this.#startSecond()
    this.#linesLeft -= 1
    if (this.#linesLeft < 0) this.#count(what)
    return this.#linesLeft >= 0
  }

  #admitsFrame(): boolean {
    this.#startSecond()
    this.#framesLeft -= 1
    if (this.#framesLeft < 0) this.#count('frames shown')
    return this.#framesLeft >= 0
  }

  #count(what: Counted): void {
    this.#unwritten.set(what, (this.#unwritten.get(what) ?? 0) + 1)
  }

  #startSecond(): void {
    this.#timer ??= setTimeout(() => this.#endSecond(), 1_000).unref()
  }

  #endSecond(): void {
    this.#timer = undefined
    this.#linesLeft = LINES_PER_SECOND
    this.#framesLeft = FRAMES_PER_SECOND
    if (this.#unwritten.size === 0) return
    const counts = [...this.#unwritten].map(([what, count]) => `${count} ${what}`).join(', ')
    this.#write(`📈 WS: Not listed one by one: ${counts}`, 'summary', {
      counts: Object.fromEntries(this.#unwritten),
    })
    this.#unwritten.clear()
  }

  #write(line: string, event: string, fields: Record<string, unknown>): void {
    this.#sink.write('info', line, { event, ...fields })
  }
}

/** What an error says, and what each that caused it adds: drivers say the point on their last line. */
function reasonOf(error: unknown): string {
  const reasons: string[] = []
  for (let inner = error; inner !== undefined && reasons.length < MAX_REASONS; ) {
    const text = inner instanceof Error ? inner.message : String(inner)
    const line = text.trim().split('\n').at(-1)!
    if (line !== '' && !reasons.some((known) => known.includes(line))) reasons.push(line)
    inner = inner instanceof Error ? inner.cause : undefined
  }
  return reasons.join(': ')
}
