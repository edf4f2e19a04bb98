import { isUtf8 } from 'node:buffer'

/** A line of input, counted from 1: its text without the line end, or what is wrong with it. */
export type InputLine =
  | { readonly number: number; readonly text: string; readonly problem?: undefined }
  | { readonly number: number; readonly text: undefined; readonly problem: string }

/**
 * The lines of a stream, which is read only as fast as they are taken. What is held in memory is
 * bounded by one chunk and `maxLength`, in bytes, whatever comes.
 */
export async function* readLines(
  input: NodeJS.ReadableStream,
  maxLength: number,
): AsyncGenerator<InputLine> {
  // A character for each byte: what is no text must not be made into some.
  input.setEncoding('latin1')
  let number = 0
  let rest = ''
  let isTooLong = false
  const complete = (bytes: string): InputLine => {
    number += 1
    const line = Buffer.from(bytes, 'latin1')
    const isWrong = isTooLong || !isText(line)
    const problem = isTooLong ? `longer than ${maxLength} bytes` : 'not text in UTF-8'
    isTooLong = false
    if (isWrong) return { number, text: undefined, problem }
    return { number, text: clean(line.toString('utf8'), number) }
  }
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      isTooLong ||= line.length > maxLength
      yield complete(line)
    }
    if (rest.length <= maxLength) continue
    isTooLong = true
    rest = ''
  }
  if (rest !== '' || isTooLong) yield complete(rest)
}

/** Whether bytes are text in UTF-8; those of pictures and archives have zeros where they are by chance. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0)
}

/** Some editors begin a file with a byte order mark, and end lines with CR LF. */
function clean(text: string, number: number): string {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  return number === 1 ? line.replace(/^\ufeff/, '') : line
}
