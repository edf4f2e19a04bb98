// Socket.IO as its guide shows it, WebSocket only, a room for each chat, which clients join as they
// connect.
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { announceListening } from './announce-listening.mjs'

const http = createServer()
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
})
let lastId = 0

io.on('connection', (socket) => {
  socket.join(socket.handshake.query.chats?.split(',') ?? [])
  socket.on('message', ({ chat_id, sender_id, content }) => {
    lastId += 1
    const created_at = new Date().toISOString()
    const payload = { id: lastId, chat_id, sender_id, content, created_at }
    io.to(String(chat_id)).emit('message', { type: 'MESSAGE', payload })
  })
})

announceListening(http)
http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 })
