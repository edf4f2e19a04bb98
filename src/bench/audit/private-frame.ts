import type { DurableFrame } from './audit.ts'

/** A frame for one connection alone, or the first one that it is sent. */
export type PrivateFrame = DurableFrame & Readonly<Record<string, unknown>>

/** Whether a frame is part of the log, if it has an offset: others tell of an offset, too. */
export function isDurable({ type, payload }: PrivateFrame): boolean {
  return payload !== undefined || type === 'REACTION'
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
