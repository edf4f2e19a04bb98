import type { KnownMessage } from '../client/known-message.ts'
import type { NamedMessage } from '../client/requests.ts'
import type { UploadedFile } from '../client/uploads.ts'
import { type ChatRef, onlyChat } from '../protocol/chat.ts'
import type { ChatwsError } from '../protocol/error.ts'

/** A message to send. */
export interface Draft {
  readonly content: string
  /** Names it, where its sender wants to find it again; a random name unless given. */
  readonly client_id?: string | undefined
  /** The message that it answers. */
  readonly reply_to?: number | undefined
  /** The message whose thread it belongs to. */
  readonly thread?: number | undefined
  /** Whom it names; found in the content unless given. */
  readonly mentions?: readonly number[] | undefined
  /** What the server keeps of the user's files, as `upload` answered. */
  readonly files?: readonly Pick<UploadedFile, 'path' | 'file_type'>[] | undefined
}

/** An own message that has not come back from the server yet. */
export interface PendingMessage {
  readonly type: 'pending'
  readonly clientId: string
  readonly sender_id: number
  readonly content: string
  readonly created_at: string
  readonly reply_to?: number
  readonly thread?: number
  readonly mentions?: readonly number[]
  readonly file_type?: string
  readonly file_paths?: string
  /** `sent` is stored already; `failed` waits for `retry` or `discard`. */
  readonly state: 'sending' | 'sent' | 'failed'
  /** Why it failed. */
  readonly error?: ChatwsError
}

/** A message of a chat as it is shown. */
export type ShownMessage = KnownMessage | PendingMessage

/** Tells an own message that has not come back from one that has. */
export function isPending(message: ShownMessage): message is PendingMessage {
  return 'type' in message
}

/** Names a message in a list of one chat; an own one is called the same before and after it came back. */
export function messageKey(message: ShownMessage): string {
  return isPending(message) ? message.clientId : (message.client_id ?? String(message.id))
}

/** What the files of a draft are named by in its message. */
export function filesOf({ files = [] }: Draft): { file_type?: string; file_paths?: string } {
  if (files.length === 0) return {}
  return {
    file_type: files.map(({ file_type }) => file_type).join(','),
    file_paths: files.map(({ path }) => path).join(','),
  }
}

/** The frame that sends a message. */
export function frameOf(chat: ChatRef, { clientId, ...message }: PendingMessage): NamedMessage {
  const { type: _, state: __, error: ___, created_at: ____, mentions, ...rest } = message
  const ref = onlyChat(chat)
  const type = ref.chat_id === undefined ? 'NEW_SUPPORT_MESSAGE' : 'NEW_MESSAGE'
  const named = mentions === undefined ? {} : { mentions: [...mentions] }
  return { type, ...ref, ...rest, ...named, client_id: clientId } as NamedMessage
}
