import type { ChatClient } from '../../client/chat-client.ts'
import type { Chat } from '../../protocol/chat.ts'
import { refOf } from '../chat-data.ts'
import { chatLabel } from '../chat-label.ts'
import { messageLine } from '../lines/message-line.ts'
import type { NamedLines } from '../lines/named-lines.ts'

/** Older messages that are read out at a time. */
const OLDER = 20

/** Reads out the messages before those that were, oldest first. */
export class OlderMessages {
  readonly #client: Pick<ChatClient, 'history'>
  readonly #named: NamedLines
  /** Label of a chat → the oldest of its messages that was read out. */
  readonly #oldest = new Map<string, number>()

  constructor(client: Pick<ChatClient, 'history'>, named: NamedLines) {
    this.#client = client
    this.#named = named
  }

  readOut(chat: Chat): void {
    const label = chatLabel(chat)
    const before = this.#oldest.get(label)
    const query = { ...refOf(chat), limit: OLDER, ...(before !== undefined && { before }) }
    this.#client.history(query).then(
      ({ messages }) => {
        const oldest = messages[0]
        if (!oldest) this.#named.write([], () => '* there are no older messages')
        else this.#oldest.set(label, oldest.id)
        for (const message of messages)
          this.#named.write([message.sender_id], (nameOf) => messageLine(message, nameOf, true))
      },
      (error: Error) =>
        this.#named.write([], () => `* older messages could not be loaded: ${error.message}`),
    )
  }
}
