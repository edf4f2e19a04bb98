// The same as bun.mjs with a topic for each chat, to which clients subscribe as they connect. Runs in Bun.
/** Bytes that may wait for one slow client, so that none is cut off in a run. */
const BACKPRESSURE_BYTES = 64 * 1024 * 1024

let lastId = 0

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    const chats = new URL(request.url).searchParams.get('chats')?.split(',') ?? []
    return server.upgrade(request, { data: { chats } })
      ? undefined
      : new Response('Upgrade needed', { status: 426 })
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 960,
    publishToSelf: true,
    backpressureLimit: BACKPRESSURE_BYTES,
    open(socket) {
      for (const chat of socket.data.chats) socket.subscribe(chat)
    },
    message(_socket, data) {
      const { chat_id, sender_id, content } = JSON.parse(data)
      lastId += 1
      const created_at = new Date().toISOString()
      const payload = { id: lastId, chat_id, sender_id, content, created_at }
      server.publish(String(chat_id), JSON.stringify({ type: 'MESSAGE', payload }))
    },
  },
})
console.log(JSON.stringify({ event: 'listening', port: server.port }))
