import type { ChatClient } from '../client/chat-client.ts'
import { randomId } from '../client/random-id.ts'
import type { UploadedFile } from '../client/uploads.ts'
import { Listeners } from './listeners.ts'
import type { Readable } from './readable.ts'

/** A file as browsers and Node have it. */
export type NamedFile = Blob & { readonly name: string }

/** A file on its way to the server; a new object whenever any of it changed. */
export interface UploadItem {
  readonly id: string
  readonly file: NamedFile
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** A media type; empty where the platform knows none. */
  readonly type: string
  readonly state: 'waiting' | 'sending' | 'done' | 'failed'
  /** From 0 to 1. */
  readonly progress: number
  readonly error: Error | undefined
  /** What a message names it with, once it is done. */
  readonly uploaded: UploadedFile | undefined
  /** An address of the picture on this machine. */
  readonly previewUrl: string | undefined
}

/** Files on their way. */
export interface ShownUploads {
  /** In the order in which they were added. */
  readonly items: readonly UploadItem[]
  /** Whether any waits or is on its way. */
  readonly isBusy: boolean
  readonly add: (files: Iterable<NamedFile>) => void
  /** Ends the sending of a file, which goes away. */
  readonly cancel: (id: string) => void
  /** Sends a file again that has failed. */
  readonly retry: (id: string) => void
  /** Takes all files away, and ends what is on its way. */
  readonly clear: () => void
}

/** Files that go at once where nothing else is said. */
const MAX_AT_ONCE = 3

/** Files that are given to the server, some at once and the others in their order. */
export class UploadQueue extends Listeners implements Readable<ShownUploads> {
  readonly start: ShownUploads
  readonly #client: ChatClient
  readonly #maxAtOnce: number
  readonly #aborts = new Map<string, AbortController>()
  #shown: ShownUploads

  constructor(client: ChatClient, maxAtOnce = MAX_AT_ONCE) {
    super()
    this.#client = client
    this.#maxAtOnce = maxAtOnce
    const { add, cancel, retry, clear } = this
    this.start = { items: [], isBusy: false, add, cancel, retry, clear }
    this.#shown = this.start
  }

  readonly get = (): ShownUploads => this.#shown

  get items(): readonly UploadItem[] {
    return this.#shown.items
  }

  readonly add = (files: Iterable<NamedFile>): void => {
    this.#set([...this.items, ...Array.from(files, toItem)])
    this.#begin()
  }

  readonly cancel = (id: string): void => {
    const item = this.items.find((one) => one.id === id)
    if (item?.previewUrl !== undefined) URL.revokeObjectURL(item.previewUrl)
    this.#set(this.items.filter((one) => one !== item))
    this.#aborts.get(id)?.abort()
    this.#begin()
  }

  readonly retry = (id: string): void => {
    if (this.items.find((one) => one.id === id)?.state !== 'failed') return
    this.#change(id, { state: 'waiting', error: undefined, progress: 0 })
    this.#begin()
  }

  readonly clear = (): void => {
    for (const { id } of this.items) this.cancel(id)
  }

  #begin(): void {
    const free = this.#maxAtOnce - this.items.filter(({ state }) => state === 'sending').length
    const waiting = this.items.filter(({ state }) => state === 'waiting')
    for (const item of waiting.slice(0, Math.max(0, free))) void this.#send(item)
  }

  async #send({ id, file, name, size }: UploadItem): Promise<void> {
    const abort = new AbortController()
    this.#aborts.set(id, abort)
    this.#change(id, { state: 'sending' })
    try {
      const uploaded = await this.#client.upload(file, name, {
        signal: abort.signal,
        onProgress: (sentBytes) => {
          this.#change(id, { progress: size === 0 ? 0 : Math.min(1, sentBytes / size) })
        },
      })
      this.#change(id, { state: 'done', progress: 1, uploaded })
    } catch (error) {
      this.#change(id, { state: 'failed', error: error as Error })
    } finally {
      this.#aborts.delete(id)
      this.#begin()
    }
  }

  #change(id: string, change: Partial<UploadItem>): void {
    this.#set(this.items.map((item) => (item.id === id ? { ...item, ...change } : item)))
  }

  #set(items: readonly UploadItem[]): void {
    const isBusy = items.some(({ state }) => state === 'waiting' || state === 'sending')
    this.#shown = { ...this.#shown, items, isBusy }
    this.changed()
  }
}

function toItem(file: NamedFile): UploadItem {
  const { name, size, type } = file
  const fresh = { state: 'waiting', progress: 0, error: undefined, uploaded: undefined } as const
  const previewUrl = type.startsWith('image/') ? URL.createObjectURL(file) : undefined
  return { id: randomId(), file, name, size, type, ...fresh, previewUrl }
}
