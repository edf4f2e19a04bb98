// Receivers as they are commonly written: a `ws` client each, and JSON.parse for every frame.
//   node ws-client.mjs URL COUNT
// Says {"event":"open"} once all are connected, and {"event":"received","count":N} on SIGUSR2.
import { WebSocket } from 'ws'

const [url, count] = process.argv.slice(2)
let open = 0
let received = 0

for (let index = 0; index < Number(count); index++) {
  const socket = new WebSocket(`${url}/?userId=${20_001 + index}`, { perMessageDeflate: false })
  socket.on('open', () => {
    open += 1
    if (open === Number(count)) console.log(JSON.stringify({ event: 'open' }))
  })
  socket.on('message', (data) => {
    if (JSON.parse(data).type === 'MESSAGE') received += 1
  })
  socket.on('error', () => {})
}

process.on('SIGUSR2', () => console.log(JSON.stringify({ event: 'received', count: received })))
