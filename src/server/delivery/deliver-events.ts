import type { Bus, BusEvents } from '../../bus/bus.ts'
import { chatKey, chatRef } from '../../protocol/chat.ts'
import { CloseCode } from '../../protocol/close-code.ts'
import type { Receipt } from '../../protocol/server-frames.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import type { FanOut } from './fan-out.ts'

/** Tells this node's connections what nodes tell each other. */
export function deliverEvents(bus: Bus, fanOut: FanOut): void {
  bus.subscribe('status', ({ userId, isOnline, at }) => {
    const type = isOnline ? 'USER_ONLINE' : 'USER_OFFLINE'
    const frame = encodeFrame({ type, userId, timestamp: at })
    fanOut.broadcastState(frame, { key: userId, ofUser: userId })
  })
  bus.subscribe('activity', ({ userId, isIdle, at }) => {
    const state = isIdle ? 'idle' : 'active'
    const frame = encodeFrame({ type: 'USER_ACTIVITY', userId, state, timestamp: at })
    fanOut.broadcastState(frame, { key: `activity ${userId}` })
  })
  bus.subscribe('typing', ({ userId, chat: { kind, id }, isTyping }) => {
    const frame = encodeFrame({ type: 'TYPING', ...chatRef(kind, id), userId, typing: isTyping })
    fanOut.broadcastPassing(frame, chatKey(kind, id))
  })
  bus.subscribe('receipt', (receipt) => {
    const chat = chatKey(receipt.chat.kind, receipt.chat.id)
    const state = { key: `receipt ${receipt.userId} ${chat}`, chat }
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

/** The frame that tells how far a user has come in a chat. */
export function receiptFrame({ userId, chat, delivered, read }: BusEvents['receipt']): Receipt {
  return { type: 'RECEIPT', ...chatRef(chat.kind, chat.id), userId, delivered, read }
}
