import type { NewEntry } from '../../storage/entries.ts'
import type { Authority } from '../../storage/entry-base.ts'
import { ChatSubscription, type FrameFilter } from '../frames/audience.ts'
import { openPlaceOf } from '../frames/place-of-entry.ts'
import type { Access } from './access.ts'
import type { Viewer } from './viewer.ts'

/** What only admins may do, also where everyone may read everything. */
const ADMIN_ACTS: ReadonlySet<NewEntry['type']> = new Set(['ban', 'resolution', 'deletion'])

const NOBODY: ReadonlySet<number> = new Set()

/** Everyone may read everything, and nothing is looked up. */
export class OpenAccess implements Access {
  readonly mode = 'open'
  readonly placeOf = openPlaceOf

  open(): undefined {
    return undefined
  }

  async enter(): Promise<void> {}

  release(): void {}

  forget(): void {}

  narrow(_viewer: Viewer, chats: ReadonlySet<string> | undefined): FrameFilter | undefined {
    return chats && new ChatSubscription(chats)
  }

  apply(): void {}

  readsAbove(): number {
    return 0
  }

  mayPass(): boolean {
    return true
  }

  readerOf(): undefined {
    return undefined
  }

  moderatedByToken(): readonly number[] {
    return []
  }

  authorityOf(viewer: Viewer, type: NewEntry['type']): Authority | undefined {
    return viewer.isAdmin && ADMIN_ACTS.has(type) ? viewer : undefined
  }

  hiddenFrom(): ReadonlySet<number> {
    return NOBODY
  }

  presenceChats(): undefined {
    return undefined
  }
}
