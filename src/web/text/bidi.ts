/** Characters that turn the direction of the text around them, and cannot be seen. */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** The text without characters that turn its direction; for places of one line. */
export function withoutBidi(text: string): string {
  return text.replace(CONTROLS, '')
}
