// Pages through a chat from its newest message to its oldest, over and over, until a line comes on
// stdin; then prints what it got. Asks for the next page when it has the last one.
import WebSocket from 'ws'

const [, , port, chatId] = process.argv
const LIMIT = 1000

const socket = new WebSocket(`ws://127.0.0.1:${port}/?userId=1`, { perMessageDeflate: false })
const startMs = performance.now()
let pages = 0
let wholePasses = 0
let messagesInPass = 0
/** Of this pass. */
let messages = 0
let oldestId
let error

function ask(before) {
  socket.send(JSON.stringify({ type: 'HISTORY', chat_id: Number(chatId), limit: LIMIT, ...before }))
}

function onPage(page) {
  const ids = page.messages.map(({ id }) => id)
  const isOrdered = ids.every((id, i) => i === 0 || id > ids[i - 1])
  if (!isOrdered || (oldestId !== undefined && ids.at(-1) >= oldestId)) error ??= 'out of order'
  pages += 1
  messages += ids.length
  oldestId = ids[0]
  if (page.has_more) {
    ask({ before: oldestId })
    return
  }
  wholePasses += 1
  messagesInPass = messages
  messages = 0
  oldestId = undefined
  ask({})
}

socket.on('open', () => ask({}))
socket.on('error', (cause) => {
  error ??= cause.message
})
socket.on('close', (code) => {
  error ??= `closed with ${code}`
})
socket.on('message', (data) => {
  // Live messages are told apart without reading them: they are not what is measured here.
  const start = data.subarray(0, 24).toString()
  if (start.startsWith('{"type":"HISTORY"')) onPage(JSON.parse(data))
  else if (start.startsWith('{"type":"ERROR"')) error ??= data.toString()
})
process.stdin.once('data', () => {
  const elapsedS = (performance.now() - startMs) / 1000
  const pagesPerS = pages / elapsedS
  console.log(JSON.stringify({ pages, pagesPerS, wholePasses, messagesInPass, error }))
  process.exit()
})
