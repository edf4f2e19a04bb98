import { ANSWER_TYPES } from '../../protocol/questions.ts'
import { type FrameExtent, readExtent } from '../wire/frame-header.ts'
import type { DurableFrame } from './audit.ts'
import { nameOf, readMark } from './message-mark.ts'

const extent: FrameExtent = { payloadStart: 0, end: 0 }

/** What a connection is sent that asked for it; a load test asks for none of it. */
export const ASKED_FOR: ReadonlySet<string> = new Set([...ANSWER_TYPES, 'OFFSET', 'PONG'])

/** A frame for one connection alone, or the first one that it is sent. */
export type PrivateFrame = DurableFrame & Readonly<Record<string, unknown>>

/** Whether a frame is part of the log, if it has an offset: others tell of an offset, too. */
export function isDurable({ type, payload }: PrivateFrame): boolean {
  return payload !== undefined || type === 'REACTION'
}

/** Whether a text that cannot be read was part of the log, as far as that can be seen. */
export function mayBeDurable(text: string): boolean {
  return /payload|content|REACTION/.test(text)
}

/** Whether the mark of a message is that of a frame; undefined where one of them has no mark. */
export function isSameMessage({ payload }: PrivateFrame, bytes: Buffer): boolean | undefined {
  if (!readExtent(bytes, 0, bytes.length, extent)) return undefined
  const other = parseFrame(bytes, extent.payloadStart, extent.end)
  const [mark, otherMark] = [readMark(payload ?? {}), readMark(other?.payload ?? {})]
  if (typeof mark === 'string' || typeof otherMark === 'string') return undefined
  return nameOf(mark) === nameOf(otherMark)
}

export function parseFrame(bytes: Buffer, start: number, end: number): PrivateFrame | undefined {
  return parseText(bytes.toString('utf8', start, end))
}

export function parseText(text: string): PrivateFrame | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value?.type === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
