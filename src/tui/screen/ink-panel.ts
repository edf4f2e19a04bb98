import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { render } from 'ink'
import { createElement, type FunctionComponent } from 'react'

/** A stream that ink takes for a terminal, and that keeps the last frame written to it. */
class PanelOutput extends EventEmitter {
  readonly isTTY = true
  columns = 80
  rows = 24
  frame = ''

  readonly write = (frame: string): boolean => {
    this.frame = frame
    return true
  }
}

/**
 * A part of the screen that ink draws, as lines. What ink would write to a terminal is passed by:
 * it puts characters and widths together anew for each frame, so each part is as small as it can
 * be, and is drawn only when its properties have changed.
 */
export class InkPanel<Props extends { readonly columns: number }> {
  readonly #component: FunctionComponent<Props>
  readonly #output = new PanelOutput()
  #app: ReturnType<typeof render> | undefined
  #props: Props | undefined
  #lines: readonly string[] = []

  constructor(component: FunctionComponent<Props>) {
    this.#component = component
  }

  /** The lines for these properties; costs nothing when each is the same as last time. */
  draw(props: Props): readonly string[] {
    if (this.#props && isSame(this.#props, props)) return this.#lines
    this.#props = props
    this.#output.columns = props.columns
    const element = createElement(this.#component, props)
    if (this.#app) this.#app.rerender(element)
    else
      this.#app = render(element, {
        stdout: this.#output as unknown as NodeJS.WriteStream,
        stdin: new PassThrough() as unknown as NodeJS.ReadStream,
        // Each change is written at once and whole.
        debug: true,
        exitOnCtrlC: false,
        patchConsole: false,
        isScreenReaderEnabled: false,
      })
    this.#lines = this.#output.frame.split('\n')
    return this.#lines
  }

  close(): void {
    this.#app?.unmount()
  }
}

function isSame(one: object, other: object): boolean {
  const others = new Map(Object.entries(other))
  const entries = Object.entries(one)
  return (
    entries.length === others.size && entries.every(([key, value]) => others.get(key) === value)
  )
}
