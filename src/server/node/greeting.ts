import { randomBytes } from 'node:crypto'
import { PROTOCOL_VERSION } from '../../protocol/limits.ts'
import type { ConnectionEstablished } from '../../protocol/server-frames.ts'
import type { Access } from '../access/access.ts'
import type { Connection } from '../delivery/connection.ts'
import { encodeFrame, encodeText } from '../frames/encode-frame.ts'
import type { PageCache } from '../log/page-cache.ts'
import { Replay } from '../log/replay.ts'
import type { PresenceScope } from '../presence/presence-scope.ts'
import type { Receipts } from '../presence/receipts.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import type { ConnectRequest } from './connect-request.ts'

/** Users that a greeting names, where it does not name all. */
const MAX_SHARED = 10_000

export interface GreetingParts {
  readonly epoch: string
  readonly registry: PresenceRegistry
  readonly pages: PageCache
  readonly receipts: Receipts
  /** What is asked of clients now; told to each that connects. */
  readonly limits: ConnectionEstablished['limits']
  readonly access: Pick<Access, 'mode'>
  readonly scope: PresenceScope
}

/** What a new connection is sent before it follows the tail: its greeting, and what it missed. */
export class Greeting {
  readonly #parts: GreetingParts
  /** Makes the session ids of one server differ from those of the next. */
  readonly #instance = randomBytes(6).toString('hex')
  /** Connections that have not been greeted yet. */
  #newcomers: Connection[] = []

  constructor(parts: GreetingParts) {
    this.#parts = parts
  }

  /** Has a connection greeted with the next flush, and sent then what it asked for of the log. */
  add(connection: Connection, request: ConnectRequest): void {
    this.#newcomers.push(connection)
    this.#replay(connection, request)
  }

  /**
   * Greets those that came since the last flush. Who is online is written once for all of them:
   * when thousands come at once, one list each would cost more than everything else. Statuses
   * that the list already holds may follow it; they change nothing.
   */
  greet(): void {
    if (this.#newcomers.length === 0) return
    const { epoch, registry, limits, access, scope } = this.#parts
    const everyone = scope.mode === 'all' ? onlineList(registry.online()) : undefined
    for (const connection of this.#newcomers) {
      const greeting: Omit<ConnectionEstablished, 'online'> = {
        type: 'CONNECTION_ESTABLISHED',
        userId: connection.userId,
        timestamp: new Date().toISOString(),
        protocol: PROTOCOL_VERSION,
        sessionId: `${this.#instance}-${connection.serial}`,
        epoch,
        offset: connection.startOffset,
        limits,
        ...(access.mode === 'members' ? { access: access.mode } : {}),
      }
      const online = everyone ?? onlineList(scope.visibleTo(connection, MAX_SHARED) ?? [])
      connection.greet(encodeText(JSON.stringify(greeting).slice(0, -1), online.length), online)
    }
    this.#newcomers = []
  }

  #replay(connection: Connection, { resume, history }: ConnectRequest): void {
    const { epoch, pages, receipts } = this.#parts
    const until = connection.startOffset
    const since = resume?.epoch === epoch ? resume.offset : undefined
    if (since !== undefined && since <= until) {
      const resumed = encodeFrame({ type: 'RESUMED', offset: until })
      const whenGone = () => [encodeFrame({ type: 'RESUME_FAILED', epoch, offset: until })]
      const range = { after: since, until, whenGone }
      // Read only then: a client that does not read what it is sent never comes so far. What moves
      // in the meantime follows from the tail, its last state last.
      const epilogue = async () => [
        ...(await receipts.since({ offset: since, newest: until }, connection.filter)),
        resumed,
      ]
      connection.startReplay(new Replay(range, pages, epilogue))
      return
    }
    if (resume) connection.enqueue(encodeFrame({ type: 'RESUME_FAILED', epoch, offset: until }))
    const after = Math.max(0, until - history)
    if (after < until) connection.startReplay(new Replay({ after, until }, pages, () => []))
  }
}

/** The end of a greeting. */
function onlineList(online: readonly number[]): Buffer {
  return Buffer.from(`,"online":${JSON.stringify(online)}}`)
}
