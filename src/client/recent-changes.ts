/** How long an answer may be on its way. */
const WINDOW_MS = 30_000

/** More than this in that time are not kept. */
const MAX_CHANGES = 1_000

/**
 * What was told lately. An answer may be older than that: it was asked for before. As every change says
 * what is so now, all of them are made again after an answer, in their order.
 */
export class RecentChanges {
  #changes: { readonly atMs: number; readonly chatId: number | undefined; make(): void }[] = []

  /** @param chatId of the chat that it is about, if it is about one with members */
  add(chatId: number | undefined, make: () => void): void {
    const atMs = performance.now()
    this.#changes.push({ atMs, chatId, make })
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift()
  }

  makeAgain(): void {
    const sinceMs = performance.now() - WINDOW_MS
    this.#changes = this.#changes.filter(({ atMs }) => atMs >= sinceMs)
    for (const change of this.#changes) change.make()
  }

  /** What happens in a chat is not told any more, so that an answer about it is never older. */
  forget(chatId: number): void {
    this.#changes = this.#changes.filter((change) => change.chatId !== chatId)
  }

  clear(): void {
    this.#changes = []
  }
}
