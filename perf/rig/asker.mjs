import { once } from 'node:events'
import WebSocket from 'ws'

/** Requests that are under way at a time. */
const WINDOW = 64

/** Connects a user of chatws that asks for things; the caller closes it. */
export async function connectAsker(port, userId) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?userId=${userId}`)
  const waiting = new Map()
  let serial = 0
  socket.on('message', (data) => {
    const frame = JSON.parse(data)
    const name = frame.client_id ?? frame.ref
    waiting.get(name)?.(frame)
    waiting.delete(name)
  })
  await once(socket, 'message')
  const ask = async (frame) => {
    const client_id = `${userId}-${serial++}`
    const answer = new Promise((resolve) => waiting.set(client_id, resolve))
    socket.send(JSON.stringify({ ...frame, client_id }))
    const answered = await answer
    if (answered.type === 'ERROR') throw new Error(`${frame.type}: ${JSON.stringify(answered)}`)
    return answered
  }
  return {
    ask,
    /** Asks for all of it, some at a time; the answers in the order of the frames. */
    async askAll(frames) {
      const answers = []
      for (let at = 0; at < frames.length; at += WINDOW)
        answers.push(...(await Promise.all(frames.slice(at, at + WINDOW).map(ask))))
      return answers
    },
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
