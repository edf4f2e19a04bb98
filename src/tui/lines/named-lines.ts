import type { ChatClient } from '../../client/chat-client.ts'
import { shownName } from '../shown-name.ts'
import { untilNamed } from '../until-named.ts'

/** What a user is shown as. */
export type NameOf = (userId: number) => string

/** Writes lines in their order, each once the names in it are known, or will not be told soon. */
export class NamedLines {
  readonly #client: ChatClient
  readonly #write: (line: string) => void
  #waiting = 0
  #last = Promise.resolve()

  /** @param write takes a line without its end */
  constructor(client: ChatClient, write: (line: string) => void) {
    this.#client = client
    this.#write = write
  }

  readonly nameOf: NameOf = (userId) => shownName(this.#client.names.displayName(userId))

  /** @param make makes the line, of which these are the users */
  write(userIds: readonly number[], make: (nameOf: NameOf) => string): void {
    const areKnown = userIds.every((userId) => this.#client.names.find(userId) !== undefined)
    if (this.#waiting === 0 && areKnown) {
      this.#write(make(this.nameOf))
      return
    }
    this.#waiting += 1
    // Asked for at once, all together; written one behind the other.
    const named = untilNamed(this.#client, userIds)
    this.#last = this.#last
      .then(() => named)
      .then(() => {
        this.#waiting -= 1
        this.#write(make(this.nameOf))
      })
  }

  /** Resolves once all lines so far are written. */
  written(): Promise<void> {
    return this.#last
  }
}
