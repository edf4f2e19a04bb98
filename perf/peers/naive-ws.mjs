// What most chat servers on `ws` look like: each event is stringified and sent for each client.
import { WebSocket, WebSocketServer } from 'ws'
import { announceListening } from './announce-listening.mjs'

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  backlog: 4096,
  perMessageDeflate: false,
})
/** Connection → user id. */
const users = new Map()
let lastId = 0

function broadcast(frame, except) {
  for (const client of server.clients)
    if (client !== except && client.readyState === WebSocket.OPEN)
      client.send(JSON.stringify(frame))
}

server.on('connection', (socket, request) => {
  const userId = Number(new URL(request.url, 'ws://localhost').searchParams.get('userId'))
  users.set(socket, userId)
  const timestamp = new Date().toISOString()
  const online = [...users.values()]
  socket.send(JSON.stringify({ type: 'CONNECTION_ESTABLISHED', userId, timestamp, online }))
  broadcast({ type: 'USER_ONLINE', userId, timestamp }, socket)

  socket.on('message', (data) => {
    const { chat_id, sender_id, content } = JSON.parse(data)
    lastId += 1
    const created_at = new Date().toISOString()
    const payload = { id: lastId, chat_id, sender_id, content, created_at }
    broadcast({ type: 'MESSAGE', payload })
  })
  socket.on('error', () => {})
  // No USER_OFFLINE: no run measures leaving, and it would only slow down the clean-up.
  socket.on('close', () => users.delete(socket))
})

announceListening(server)
