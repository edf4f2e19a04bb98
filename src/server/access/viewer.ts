import type { ChatRole } from '../../protocol/chat-role.ts'

/** Who reads or acts: a connection, or whoever sends an HTTP request. */
export interface Viewer {
  readonly userId: number
  /** Works the support desk. */
  readonly isAgent: boolean
  /** May moderate everything. */
  readonly isAdmin: boolean
  /** Chat → the role that the viewer's token grants there. */
  readonly granted: ReadonlyMap<number, ChatRole>
  /** When the token was issued, in milliseconds since 1970: it grants no chat that was made later. */
  readonly issuedAtMs?: number | undefined
}

export const NO_GRANTS: ReadonlyMap<number, ChatRole> = new Map()
