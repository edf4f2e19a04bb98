import type { ChatClient } from '../client/chat-client.ts'

/** What is shown does not wait longer for the names in it. */
const PATIENCE_MS = 1_000

/**
 * Resolves once the client knows what these users are called, or that they have no names; or when the
 * server does not tell, or not soon.
 */
export function untilNamed(client: ChatClient, userIds: readonly number[]): Promise<void> {
  const areKnown = () => userIds.every((userId) => client.names.find(userId) !== undefined)
  if (areKnown()) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      for (const end of ends) end()
      resolve()
    }
    const timer = setTimeout(done, PATIENCE_MS)
    const ends = [
      client.on('answer', ({ type }) => {
        // The names are learnt once it has been told to all.
        if (type === 'USERS') setImmediate(() => areKnown() && done())
      }),
      client.on('refused', ({ code }) => {
        if (code === 'UNKNOWN_TYPE') done()
      }),
    ]
  })
}
