import type { Announcement } from '../protocol/server-frames.ts'
import type { ChatView } from './chat-view.ts'
import { Listeners } from './listeners.ts'
import type { Readable } from './readable.ts'

/** An announcement of whoever runs the server. */
export interface ShownAnnouncement extends Announcement {
  /** Counts them. */
  readonly id: number
}

/** What whoever runs the server has said. */
export interface ShownAnnouncements {
  /** Newest last. */
  readonly announcements: readonly ShownAnnouncement[]
  readonly dismiss: (id: number) => void
}

/** More are not kept. */
const MAX_ANNOUNCEMENTS = 20

/** What whoever runs the server has said since somebody first asked. */
export class Announcements extends Listeners implements Readable<ShownAnnouncements> {
  readonly start: ShownAnnouncements
  #shown: ShownAnnouncements
  #count = 0

  constructor({ client }: ChatView) {
    super()
    const dismiss = (id: number) =>
      this.#set(this.#shown.announcements.filter((one) => one.id !== id))
    this.start = { announcements: [], dismiss }
    this.#shown = this.start
    client.on('announcement', (announcement) => {
      this.#count += 1
      const all = [...this.#shown.announcements, { ...announcement, id: this.#count }]
      this.#set(all.slice(-MAX_ANNOUNCEMENTS))
    })
  }

  readonly get = (): ShownAnnouncements => this.#shown

  #set(announcements: readonly ShownAnnouncement[]): void {
    this.#shown = { ...this.#shown, announcements }
    this.changed()
  }
}
