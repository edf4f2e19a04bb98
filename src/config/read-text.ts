import { readFileSync } from 'node:fs'

/** The text of a file, whatever mark of its encoding it begins with. Throws as Node does. */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path))
}

/** UTF-8, or what editors of Windows write: UTF-16 by its byte order mark. The mark is no text. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  const isLittleEndian = first === 0xff && second === 0xfe
  const isBigEndian = first === 0xfe && second === 0xff
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8'
  // The decoder takes a mark away.
  return new TextDecoder(encoding).decode(bytes)
}
