import { ANSWER_TYPES } from '../../protocol/questions.ts'
import { type FrameExtent, readExtent } from '../wire/frame-header.ts'
import { type Envelope, formatMessageName, readMark } from './message-mark.ts'

const extent: FrameExtent = { payloadStart: 0, end: 0 }

/** What a connection is sent that asked for it; a load test asks for none of it. */
export const ASKED_FOR: ReadonlySet<string> = new Set([...ANSWER_TYPES, 'OFFSET', 'PONG'])

/** A frame of the server that was parsed, of whatever type. */
export type ParsedFrame = Readonly<Record<string, unknown>> & {
  readonly type: string
  readonly offset?: number
  readonly payload?: Envelope & {
    readonly id: number
    readonly offset?: number
    readonly content?: string
  }
}

/** What is part of the log besides what has a payload. */
const DURABLE = new Set([
  'REACTION',
  'CHAT_CHANGED',
  'MEMBERS_CHANGED',
  'USER_CHANGED',
  'MESSAGE_PINNED',
])

/** Whether a frame is part of the log, if it has an offset: others tell of an offset, too. */
export function isDurable({ type, payload }: ParsedFrame): boolean {
  return payload !== undefined || DURABLE.has(type)
}

/** Whether a frame carries a message. */
export function isMessage({ type }: ParsedFrame): boolean {
  return type === 'MESSAGE' || type === 'SUPPORT_MESSAGE'
}

/** Whether a message is not as its sender wrote it. */
export function isCorrupt(frame: ParsedFrame): boolean {
  const { payload } = frame
  return payload !== undefined && isMessage(frame) && readMark(payload) === 'corrupt'
}

/** Whether a text that cannot be read was part of the log, as far as that can be seen. */
export function mayBeDurable(text: string): boolean {
  return /payload|content|REACTION|_CHANGED|_PINNED/.test(text)
}

/** Whether the mark of a message is that of a frame; undefined where one of them has no mark. */
export function isSameMessage({ payload }: ParsedFrame, bytes: Buffer): boolean | undefined {
  if (!readExtent(bytes, 0, bytes.length, extent)) return undefined
  const other = parseFrame(bytes, extent.payloadStart, extent.end)
  const [mark, otherMark] = [readMark(payload ?? {}), readMark(other?.payload ?? {})]
  if (typeof mark === 'string' || typeof otherMark === 'string') return undefined
  return formatMessageName(mark) === formatMessageName(otherMark)
}

export function parseFrame(bytes: Buffer, start: number, end: number): ParsedFrame | undefined {
  return parseText(bytes.toString('utf8', start, end))
}

function parseText(text: string): ParsedFrame | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value?.type === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * A greeting without its long list of who is online, and that as bytes; undefined when it cannot be
 * read so.
 */
export function readGreeting(
  bytes: Buffer,
  start: number,
  end: number,
): { frame: ParsedFrame; online: Buffer } | undefined {
  const key = bytes.indexOf('"online":[', start, 'latin1')
  if (key < 0 || key >= end) return undefined
  const listEnd = bytes.indexOf(']', key, 'latin1') + 1
  if (listEnd === 0 || listEnd > end) return undefined
  const head = bytes.toString('utf8', start, key)
  const frame = parseText(`${head}"online":[]${bytes.toString('utf8', listEnd, end)}`)
  return frame && { frame, online: bytes.subarray(key + '"online":'.length, listEnd) }
}
