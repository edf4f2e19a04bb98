import { ChatClient } from '../../src/client/chat-client.ts'
import type { ConnectionStatus } from '../../src/client/reconnecting-socket.ts'
import type { ChatClientOptions } from '../../src/client/session.ts'
import type { ConnectionEstablished } from '../../src/protocol/server-frames.ts'
import { ScriptedSocket } from './scripted-socket.ts'

/** A client of user 1 whose sockets are scripted, and whose jitter is half of each range. */
export function createScriptedClient(options: Partial<ChatClientOptions> = {}) {
  const sockets: ScriptedSocket[] = []
  const statuses: ConnectionStatus[] = []
  const client = new ChatClient(
    { url: 'ws://127.0.0.1:3004', userId: 1, random: () => 0.5, ...options },
    (url, protocols) => {
      const socket = new ScriptedSocket(url, protocols)
      sockets.push(socket)
      return socket
    },
  )
  client.on('status', (status) => statuses.push(status))
  return {
    client,
    sockets,
    statuses,
    /** The newest socket. */
    get socket(): ScriptedSocket {
      return sockets.at(-1)!
    },
    /** Connects, and the server greets. */
    open(greeting?: Partial<ConnectionEstablished>): ScriptedSocket {
      client.connect()
      sockets.at(-1)!.greet(greeting)
      return sockets.at(-1)!
    },
  }
}
