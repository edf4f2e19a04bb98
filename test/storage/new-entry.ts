import type { NewMessageEntry } from '../../src/storage/entries.ts'

/** A message to append, plain where nothing else is asked for. */
export function newEntry(fields: Partial<NewMessageEntry> = {}): NewMessageEntry {
  return {
    type: 'message',
    kind: 'chat',
    chatId: 1,
    senderId: 1,
    clientId: undefined,
    content: 'hello',
    fileType: undefined,
    filePaths: undefined,
    replyTo: undefined,
    isFromAgent: false,
    ...fields,
  }
}
