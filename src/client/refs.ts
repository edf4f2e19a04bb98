import {
  type ChatRef,
  chatKey,
  chatOf,
  chatRef,
  type MessageRef,
  messageOf,
  messageRef,
} from '../protocol/chat.ts'

/** A text that is the same for the same chat, to key maps with. */
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
