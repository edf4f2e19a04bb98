/** How parts of a report are set off; plain where the output is no terminal. */
export interface Style {
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
  strong(text: string): string
  faint(text: string): string
  /** Bars. */
  chart(text: string): string
}

export const PLAIN: Style = {
  good: (text) => text,
  bad: (text) => text,
  doubtful: (text) => text,
  strong: (text) => text,
  faint: (text) => text,
  chart: (text) => text,
}

export const COLOURED: Style = {
  good: (text) => `\x1b[32m${text}\x1b[39m`,
  bad: (text) => `\x1b[31m${text}\x1b[39m`,
  doubtful: (text) => `\x1b[33m${text}\x1b[39m`,
  strong: (text) => `\x1b[1m${text}\x1b[22m`,
  faint: (text) => `\x1b[2m${text}\x1b[22m`,
  chart: (text) => `\x1b[36m${text}\x1b[39m`,
}

/** Colours are for terminals, and only where nobody asked for none. */
export function chooseStyle(
  isTTY: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Style {
  return isTTY && !env.NO_COLOR ? COLOURED : PLAIN
}
