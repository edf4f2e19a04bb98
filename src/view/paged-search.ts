import type { AskedStatus } from './asked.ts'
import { Listeners } from './listeners.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** What is found for words, a page after the other. */
export interface Found<Item> {
  readonly query: string
  /** Searches for other words, a moment after the last change. */
  readonly setQuery: (query: string) => void
  readonly results: readonly Item[]
  /** `idle` as long as nothing is searched for. */
  readonly status: AskedStatus | 'idle'
  readonly error: Error | undefined
  readonly hasMore: boolean
  /** Asks for the next page; settles with it, and does nothing while one is on its way. */
  readonly loadMore: () => Promise<void>
  /** Asks for the first page again. */
  readonly reload: () => void
}

/** A page of what is found. */
export interface FoundPage<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

export interface SearchSource<Item> {
  /** Asks for the page after an item, or for the first. */
  ask(query: string, after: Item | undefined, signal: AbortSignal): Promise<FoundPage<Item>>
  /** Whether nothing typed means all there is, and not nothing. */
  readonly findsAll: boolean
}

/** So long it waits for the next letter before it asks. */
const PAUSE_MS = 200

/** Asks for words as they are typed. What was asked for other words is of no interest any more. */
export class PagedSearch<Item> extends Listeners {
  readonly shown: Readable<Found<Item>>
  readonly #source: SearchSource<Item>
  #query = ''
  #results: readonly Item[] = []
  #status: Found<Item>['status'] = 'idle'
  #error: Error | undefined
  #hasMore = false
  #pause: ReturnType<typeof setTimeout> | undefined
  #asking: { readonly abort: AbortController; readonly done: Promise<void> } | undefined

  constructor(source: SearchSource<Item>) {
    super()
    this.#source = source
    const does = { setQuery: this.#setQuery, loadMore: this.#loadMore, reload: this.#reload }
    const look = (): Found<Item> => ({
      query: this.#query,
      results: this.#results,
      status: this.#status,
      error: this.#error,
      hasMore: this.#hasMore,
      ...does,
    })
    this.shown = whileRead(derive([this], look(), look), () => {
      if (source.findsAll && this.#status === 'idle') this.#reload()
      return () => this.#stop()
    })
  }

  readonly #setQuery = (query: string): void => {
    const isSame = query.trim() === this.#query.trim()
    this.#query = query
    if (!isSame) {
      this.#stop()
      const isAsked = this.#isAsked
      this.#status = isAsked ? 'loading' : 'idle'
      if (!isAsked) this.#results = []
      if (!isAsked) this.#hasMore = false
      if (isAsked) this.#pause = setTimeout(this.#reload, PAUSE_MS)
    }
    this.changed()
  }

  readonly #reload = (): void => {
    this.#stop()
    if (!this.#isAsked) return
    this.#status = 'loading'
    this.changed()
    void this.#ask(undefined)
  }

  readonly #loadMore = (): Promise<void> => {
    if (this.#asking) return this.#asking.done
    return this.#hasMore ? this.#ask(this.#results.at(-1)) : Promise.resolve()
  }

  get #isAsked(): boolean {
    return this.#source.findsAll || this.#query.trim() !== ''
  }

  #ask(after: Item | undefined): Promise<void> {
    const abort = new AbortController()
    const { signal } = abort
    const done = this.#source.ask(this.#query.trim(), after, signal).then(
      (page) => {
        if (!signal.aborted) this.#came(page, after !== undefined)
      },
      (error: Error) => {
        if (!signal.aborted) this.#settled('error', error)
      },
    )
    this.#asking = { abort, done }
    return done
  }

  #came({ items, hasMore }: FoundPage<Item>, isNext: boolean): void {
    this.#results = isNext ? [...this.#results, ...items] : items
    this.#hasMore = hasMore
    this.#settled('ready', undefined)
  }

  #settled(status: AskedStatus, error: Error | undefined): void {
    this.#asking = undefined
    this.#status = status
    this.#error = error
    this.changed()
  }

  #stop(): void {
    clearTimeout(this.#pause)
    this.#asking?.abort.abort()
    this.#asking = undefined
    if (this.#status === 'loading') this.#status = this.#results.length > 0 ? 'ready' : 'idle'
  }
}
