/** A line of input, counted from 1. */
export interface InputLine {
  readonly number: number
  /** Without its line end; undefined for a line that is too long to be kept. */
  readonly text: string | undefined
}

/**
 * The lines of a stream, which is read only as fast as they are taken. What is held in memory is
 * bounded by one chunk and `maxLength`, in UTF-16 code units, whatever comes.
 */
export async function* readLines(
  input: NodeJS.ReadableStream,
  maxLength: number,
): AsyncGenerator<InputLine> {
  input.setEncoding('utf8')
  let number = 0
  let rest = ''
  let isTooLong = false
  const complete = (text: string): InputLine => {
    const line = { number: ++number, text: isTooLong ? undefined : clean(text, number) }
    isTooLong = false
    return line
  }
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      isTooLong ||= text.length > maxLength
      yield complete(text)
    }
    if (rest.length <= maxLength) continue
    isTooLong = true
    rest = ''
  }
  if (rest !== '' || isTooLong) yield complete(rest)
}

/** Some editors begin a file with a byte order mark, and end lines with CR LF. */
function clean(text: string, number: number): string {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  return number === 1 ? line.replace(/^\ufeff/, '') : line
}
