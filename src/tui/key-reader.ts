import { type KeyEvent, KeyParser } from './key-parser.ts'

/**
 * Calls `onKey` for each key that `input` brings, until the function returned is called. Keys
 * pressed faster than they are read come one by one, in order.
 */
export function readKeys(
  input: NodeJS.ReadableStream,
  onKey: (event: KeyEvent) => void,
): () => void {
  const parser = new KeyParser()
  let timer: ReturnType<typeof setTimeout> | undefined
  const onData = (chunk: Uint8Array | string) => {
    clearTimeout(timer)
    for (const event of parser.feed(Buffer.from(chunk as Uint8Array))) onKey(event)
    const { flushDelayMs } = parser
    if (flushDelayMs === undefined) return
    timer = setTimeout(() => {
      for (const event of parser.flush()) onKey(event)
    }, flushDelayMs)
  }
  input.on('data', onData)
  return () => {
    clearTimeout(timer)
    input.off('data', onData)
  }
}
