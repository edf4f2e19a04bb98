/** A chat as frames name it: by exactly one of two keys. */
export type ChatRef =
  | { chat_id: number; support_chat_id?: undefined }
  | { chat_id?: undefined; support_chat_id: number }

/** A message as frames name it: by exactly one of two keys. */
export type MessageRef =
  | { message_id: number; support_message_id?: undefined }
  | { message_id?: undefined; support_message_id: number }

/** Which of the two kinds of chat; each counts its chats' and messages' ids by itself. */
export type ChatKind = 'chat' | 'support'

/** A chat as programs name it. */
export interface Chat {
  readonly kind: ChatKind
  readonly id: number
}

/** The chat that a frame names. */
export function chatOf(ref: ChatRef): Chat {
  return ref.chat_id === undefined
    ? { kind: 'support', id: ref.support_chat_id }
    : { kind: 'chat', id: ref.chat_id }
}

/** The key and id with which a frame names a chat. */
export function chatRef(kind: ChatKind, id: number): ChatRef {
  return kind === 'chat' ? { chat_id: id } : { support_chat_id: id }
}

/** The kind and id of the message that a frame names. */
export function messageOf(ref: MessageRef): { readonly kind: ChatKind; readonly id: number } {
  return ref.message_id === undefined
    ? { kind: 'support', id: ref.support_message_id }
    : { kind: 'chat', id: ref.message_id }
}

/** The key and id with which a frame names a message. */
export function messageRef(kind: ChatKind, id: number): MessageRef {
  return kind === 'chat' ? { message_id: id } : { support_message_id: id }
}

/** Names a chat across both kinds. */
export function chatKey(kind: ChatKind, id: number): string {
  return `${kind} ${id}`
}

/** The same for a chat as a frame names it. */
export function chatKeyOf(ref: ChatRef): string {
  const { kind, id } = chatOf(ref)
  return chatKey(kind, id)
}

/** The name of a chat and nothing else, of whatever carries one: a message does. */
export function onlyChat(ref: ChatRef): ChatRef {
  const { kind, id } = chatOf(ref)
  return chatRef(kind, id)
}

/** The name of a message and nothing else, of whatever carries one. */
export function onlyMessage(ref: MessageRef): MessageRef {
  const { kind, id } = messageOf(ref)
  return messageRef(kind, id)
}
