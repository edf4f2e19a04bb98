import { Listeners } from './listeners.ts'

/** What a page tells of whether it is looked at; a terminal has nothing of it. */
interface Page {
  addEventListener?(type: string, listener: () => void): void
  readonly document?: {
    readonly visibilityState: string
    hasFocus(): boolean
    addEventListener(type: string, listener: () => void): void
  }
}

/** Whether the user looks at the app: at its page, or as whoever knows otherwise says. */
export class Attention extends Listeners {
  #isLooking = true

  constructor(_view?: unknown, page: Page = globalThis as unknown as Page) {
    super()
    const { document } = page
    if (!document) return
    const look = () => this.set(document.visibilityState === 'visible' && document.hasFocus())
    look()
    document.addEventListener('visibilitychange', look)
    for (const type of ['focus', 'blur', 'pageshow']) page.addEventListener?.(type, look)
  }

  get isLooking(): boolean {
    return this.#isLooking
  }

  set(isLooking: boolean): void {
    if (isLooking === this.#isLooking) return
    this.#isLooking = isLooking
    this.changed()
  }
}
