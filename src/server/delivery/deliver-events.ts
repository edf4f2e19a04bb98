import type { Bus, BusEvents } from '../../bus/bus.ts'
import { type Chat, chatKey, chatRef } from '../../protocol/chat.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import type { Receipt } from '../../protocol/server-frames.ts'
import type { Access } from '../access/access.ts'
import type { Place } from '../frames/audience.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import type { FanOut } from './fan-out.ts'

/** Tells this node's connections what nodes tell each other. */
export function deliverEvents(bus: Bus, fanOut: FanOut, { mode }: Pick<Access, 'mode'>): void {
  const placeIn = (chat: Chat, from: number) => placeInChat(mode, chat, from)
  bus.subscribe('status', ({ userId, isOnline, at, chats }) => {
    const type = isOnline ? 'USER_ONLINE' : 'USER_OFFLINE'
    const frame = encodeFrame({ type, userId, timestamp: at })
    const place = chats && { chats, about: userId }
    fanOut.broadcastState(frame, { key: userId, ofUser: userId, place })
  })
  bus.subscribe('activity', ({ userId, isIdle, at, chats }) => {
    const state = isIdle ? 'idle' : 'active'
    const frame = encodeFrame({ type: 'USER_ACTIVITY', userId, state, timestamp: at })
    const place = chats && { chats, about: userId }
    fanOut.broadcastState(frame, { key: `activity ${userId}`, place })
  })
  bus.subscribe('typing', ({ userId, chat, isTyping }) => {
    const ref = chatRef(chat.kind, chat.id)
    const frame = encodeFrame({ type: 'TYPING', ...ref, userId, typing: isTyping })
    fanOut.broadcastPassing(frame, placeIn(chat, userId))
  })
  bus.subscribe('receipt', (receipt) => {
    const { chat, userId } = receipt
    const key = `receipt ${userId} ${chatKey(chat.kind, chat.id)}`
    const state = { key, place: placeIn(chat, userId) }
    fanOut.broadcastState(encodeFrame(receiptFrame(receipt)), state)
  })
  bus.subscribe('kick', ({ userId }) => {
    const theirs = fanOut.connections.filter((connection) => connection.userId === userId)
    for (const connection of theirs) connection.close(CloseCode.kicked)
  })
  bus.subscribe('announcement', ({ text, at }) => {
    fanOut.broadcastPassing(encodeFrame({ type: 'ANNOUNCEMENT', text, timestamp: at }))
  })
}

/** Whom something passing that a user does in a chat is told to. */
export function placeInChat(mode: Access['mode'], { kind, id }: Chat, from: number): Place {
  return mode === 'open' ? chatKey(kind, id) : { chat: chatKey(kind, id), from }
}

/** The frame that tells how far a user has come in a chat. */
export function receiptFrame({ userId, chat, delivered, read }: BusEvents['receipt']): Receipt {
  return { type: 'RECEIPT', ...chatRef(chat.kind, chat.id), userId, delivered, read }
}
