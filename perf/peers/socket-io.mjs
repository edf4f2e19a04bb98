// Socket.IO as its guide shows it, WebSocket only, each message emitted to all.
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
  socket.on('message', ({ chat_id, sender_id, content }) => {
    lastId += 1
    const created_at = new Date().toISOString()
    const payload = { id: lastId, chat_id, sender_id, content, created_at }
    io.emit('message', { type: 'MESSAGE', payload })
  })
})

announceListening(http)
http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 })
