import type { ChatKind } from '../protocol/chat.ts'

/** UTF-16 code units of a message that are known where it is not edited: what a report keeps of it. */
export const KNOWN_LENGTH = 500

/** A message that entries of a batch are about. */
export interface Target {
  readonly kind: ChatKind
  readonly id: number
  readonly chatId: number
  readonly senderId: number
  readonly offset: number
  /** The message whose thread it belongs to. */
  readonly thread: number | undefined
  readonly hiddenFrom: number | undefined
  /** Its beginning, at least. */
  content: string
  /** Whether that is all of it, as it is where the batch may replace it by the same. */
  isWhole: boolean
  /** Users that it names; undefined for nobody. */
  mentions: readonly number[] | undefined
  isDeleted: boolean
  /** As its sender wrote it; null without files. */
  readonly filePaths: string | null
}

/** Names a message across both kinds. */
export function targetKey(kind: ChatKind, id: number): string {
  return `${kind} ${id}`
}
