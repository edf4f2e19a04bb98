// A `ws` server that does nothing: what a connection and its handshake cost at least.
import { WebSocketServer } from 'ws'
import { announceListening } from './announce-listening.mjs'

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  backlog: 4096,
  perMessageDeflate: false,
})
server.on('connection', (socket) => {
  socket.on('message', () => {})
  socket.on('error', () => {})
})
announceListening(server)
