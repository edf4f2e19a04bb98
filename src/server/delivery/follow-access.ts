import { ConnectionFilter } from '../access/connection-filter.ts'
import type { MembersAccess } from '../access/members-access.ts'
import type { Connection } from './connection.ts'
import type { FanOut } from './fan-out.ts'

/** Has connections sent what their users may read, as that changes. */
export function followAccess(access: MembersAccess, fanOut: FanOut): void {
  const forEach = (userId: number, chat: string, act: (connection: Connection) => void) => {
    for (const connection of fanOut.connectionsOf(userId)) {
      const { filter } = connection
      const isConcerned = filter instanceof ConnectionFilter && filter.wants(chat)
      if (isConcerned && !filter.isGranted(chat)) act(connection)
    }
  }
  access.listen({
    beforeChange(userId) {
      // What waits for the next flush is for who could read it when it was stored.
      if (fanOut.connectionsOf(userId).size > 0) fanOut.flush()
    },
    gained: (userId, chat) =>
      forEach(userId, chat, (connection) => fanOut.addKey(connection, chat)),
    lost: (userId, chat) =>
      forEach(userId, chat, (connection) => fanOut.removeKey(connection, chat)),
    visits(userId, chat) {
      // Once more what its filter says, where nothing but the token lets it read the chat.
      for (const connection of fanOut.connectionsOf(userId)) {
        const { filter } = connection
        if (!(filter instanceof ConnectionFilter) || !filter.wants(chat)) continue
        if (filter.isGranted(chat) || filter.access.has(chat)) fanOut.addKey(connection, chat)
        else fanOut.removeKey(connection, chat)
      }
    },
  })
}
