/** Keeps texts that are not sent yet, by chat. */
export interface DraftStore {
  get(key: string): string | null
  /** An empty text takes it away. */
  set(key: string, text: string): void
}

/** The part of a browser's storage that is used; it throws where the user does not want one. */
interface Storage {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

/** Drafts as long as the tab lives; where there is no tab, or it may keep nothing, as long as the page. */
export function sessionDrafts(
  open = () => (globalThis as { sessionStorage?: Storage }).sessionStorage,
): DraftStore {
  const kept = new Map<string, string>()
  const attempt = <Value>(act: (storage: Storage | undefined) => Value): Value | undefined => {
    try {
      return act(open())
    } catch {
      return undefined
    }
  }
  return {
    get: (key) => kept.get(key) ?? attempt((storage) => storage?.getItem(key)) ?? null,
    set: (key, text) => {
      kept.set(key, text)
      attempt((storage) => (text === '' ? storage?.removeItem(key) : storage?.setItem(key, text)))
    },
  }
}
