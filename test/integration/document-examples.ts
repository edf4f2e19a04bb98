/** One step of the conversation that a document shows. */
export type Example =
  | { readonly type: 'connect'; readonly line: number; readonly url: string }
  | { readonly type: 'leave'; readonly line: number; readonly userId: number }
  | {
      /** `elsewhere`: it takes more than a conversation to show it, and other tests do. */
      readonly type: 'sent' | 'got' | 'elsewhere'
      readonly line: number
      readonly userId: number
      readonly frames: readonly Record<string, unknown>[]
    }

const FENCE = /^```json (?:(sent|got) by (\d+)(?: after (\d+) leaves)?|elsewhere)$/

/**
 * Reads the examples of a document, in order: each indented line that is a `ws://` URL without a
 * gap, and each fenced block of JSON. What follows `json` on the fence tells whose it is: `sent by
 * 123`, `got by 123`, `got by 123 after 456 leaves`, or `elsewhere`. A block without that is an
 * error, so that none is left out.
 */
export function readExamples(markdown: string): Example[] {
  const examples: Example[] = []
  const lines = markdown.split('\n')
  for (let i = 0; i < lines.length; i += 1) {
    const line = i + 1
    const url = /^ {4}(ws:\/\/[^\s…]+)$/.exec(lines[i]!)?.[1]
    if (url) examples.push({ type: 'connect', line, url })
    if (!lines[i]!.startsWith('```')) continue
    const fence = lines[i]!
    const end = lines.indexOf('```', i + 1)
    const text = lines.slice(i + 1, end).join('\n')
    i = end
    if (!fence.startsWith('```json')) continue
    const [match, type, userId, leaver] = FENCE.exec(fence) ?? []
    if (!match) throw new Error(`line ${line}: an example that nobody sends or gets`)
    if (leaver) examples.push({ type: 'leave', line, userId: Number(leaver) })
    examples.push({
      type: (type as 'sent' | 'got' | undefined) ?? 'elsewhere',
      line,
      userId: Number(userId),
      frames: parseObjects(text),
    })
  }
  return examples
}

/** Objects that stand one after the other; each begins at the start of a line. */
function parseObjects(text: string): Record<string, unknown>[] {
  return text.split(/\n(?=\{)/).map((object) => JSON.parse(object))
}
