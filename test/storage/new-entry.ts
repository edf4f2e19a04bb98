import type { NewEntry } from '../../src/storage/store.ts'

/** A message to append, plain where nothing else is asked for. */
export function newEntry(fields: Partial<NewEntry> = {}): NewEntry {
  return {
    kind: 'chat',
    chatId: 1,
    senderId: 1,
    clientId: undefined,
    content: 'hello',
    fileType: undefined,
    filePaths: undefined,
    ...fields,
  }
}
