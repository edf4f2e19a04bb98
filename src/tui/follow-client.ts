import type { ChatClient } from '../client/chat-client.ts'
import type { ChatState } from './chat-state.ts'

/** Keeps `state` up to date with what `client` hears, until the function returned is called. */
export function followClient(state: ChatState, client: ChatClient): () => void {
  const ends = [
    client.on('status', (status) => state.setStatus(status)),
    client.on('established', (frame) => state.established(frame)),
    client.on('presence', ({ userId, isOnline }) => state.setPresence(userId, isOnline)),
    client.on('message', (payload) => state.addMessage(payload)),
    client.on('supportMessage', (payload) => state.addSupportMessage(payload)),
    client.on('frame', (frame) => {
      if (frame.type === 'ANNOUNCEMENT') state.notify(`announcement: ${frame.text}`)
    }),
    client.on('gap', () =>
      state.notify('the server has another history: what was sent meanwhile is not shown'),
    ),
    client.on('refused', ({ message, ref }) => {
      // One that names a message is told where that message was sent.
      if (ref === undefined) state.notify(`the server refused a frame: ${message}`)
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
