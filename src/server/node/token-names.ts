import type { AccessRecords } from '../../storage/access-records.ts'
import type { LogEntry } from '../../storage/entries.ts'
import type { Access } from '../access/access.ts'
import type { Origin } from '../delivery/broadcaster.ts'
import type { Connection } from '../delivery/connection.ts'
import type { Writer } from '../log/writer.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

/** Users whose names are remembered; beyond that, all are read again. */
const MAX_KNOWN = 10_000

export interface TokenNamesParts {
  readonly records: Pick<AccessRecords, 'findUsers'>
  readonly writer: Pick<Writer<Origin>, 'submit'>
  readonly access: Access
  readonly serverLog: Pick<ServerLog, 'failure'>
}

/** Keeps users named as their tokens say. */
export class TokenNames {
  readonly #parts: TokenNamesParts
  /** User → the name, as far as it was asked for. */
  readonly #known = new Map<number, string | undefined>()

  constructor(parts: TokenNamesParts) {
    this.#parts = parts
  }

  /** A user has connected with a token that has a name. */
  async note(connection: Connection, name: string): Promise<void> {
    const { userId } = connection
    try {
      if (!this.#known.has(userId)) {
        const [user] = await this.#parts.records.findUsers([userId])
        if (this.#known.size >= MAX_KNOWN) this.#known.clear()
        this.#known.set(userId, user?.name)
      }
    } catch (error) {
      this.#parts.serverLog.failure('What a user is called could not be read', error)
      return
    }
    if (this.#known.get(userId) === name) return
    this.#known.set(userId, name)
    const { writer, access } = this.#parts
    const authority = access.authorityOf(connection, 'user')
    const who = { senderId: userId, clientId: undefined, authority }
    writer.submit({ type: 'user', userId, name, avatar: undefined, ...who }, connection)
  }

  apply(entry: LogEntry): void {
    if (entry.type === 'user' && this.#known.has(entry.id)) this.#known.set(entry.id, entry.name)
  }
}
