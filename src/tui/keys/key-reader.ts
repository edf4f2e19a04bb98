import { type KeyEvent, KeyParser } from './key-parser.ts'

/**
 * Calls `onEvents` with what each chunk of `input` brings, in order, until the function returned
 * is called.
 */
export function readKeys(
  input: NodeJS.ReadableStream,
  onEvents: (events: KeyEvent[]) => void,
): () => void {
  const parser = new KeyParser()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = (events: KeyEvent[]) => {
    if (events.length > 0) onEvents(events)
  }
  const onData = (chunk: Uint8Array | string) => {
    clearTimeout(timer)
    tell(parser.feed(Buffer.from(chunk as Uint8Array)))
    const { flushDelayMs } = parser
    if (flushDelayMs === undefined) return
    timer = setTimeout(() => {
      tell(parser.flush())
    }, flushDelayMs)
  }
  input.on('data', onData)
  return () => {
    clearTimeout(timer)
    input.off('data', onData)
  }
}
