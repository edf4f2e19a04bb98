// Bun's own WebSocket server with its pub/sub, which batches in native code. Runs in Bun.
/** Bytes that may wait for one slow client, so that none is cut off in a run. */
const BACKPRESSURE_BYTES = 64 * 1024 * 1024

let lastId = 0

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response('Upgrade needed', { status: 426 })
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 960,
    publishToSelf: true,
    backpressureLimit: BACKPRESSURE_BYTES,
    open(socket) {
      socket.subscribe('room')
    },
    message(_socket, data) {
      const { chat_id, sender_id, content } = JSON.parse(data)
      lastId += 1
      const created_at = new Date().toISOString()
      const payload = { id: lastId, chat_id, sender_id, content, created_at }
      server.publish('room', JSON.stringify({ type: 'MESSAGE', payload }))
    },
  },
})
console.log(JSON.stringify({ event: 'listening', port: server.port }))
