import type { AccessRecords, ThreadCursor } from '../../storage/access-records.ts'
import { WriteBehind } from '../log/write-behind.ts'
import type { ServerLog } from '../telemetry/server-log.ts'

/** How far users have read threads: of many moves of one, only the last is stored. */
export class ThreadCursors {
  readonly #moves: WriteBehind<ThreadCursor>

  constructor(records: Pick<AccessRecords, 'readThreads'>, serverLog: Pick<ServerLog, 'failure'>) {
    this.#moves = new WriteBehind<ThreadCursor>({
      write: (moves) => records.readThreads(moves),
      merge: (older, newer) => (newer.read > older.read ? newer : older),
      onFailure: (error) =>
        serverLog.failure('Which threads users have read was not stored', error),
    })
  }

  /** A user has read a thread up to a reply. */
  advance(cursor: ThreadCursor): void {
    this.#moves.put(`${cursor.userId} ${cursor.kind} ${cursor.rootId}`, cursor)
  }

  /** Resolves when what is known is stored. */
  flush(): Promise<void> {
    return this.#moves.flush()
  }
}
