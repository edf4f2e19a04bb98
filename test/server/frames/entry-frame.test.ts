import { expect, test } from 'vitest'
import { entryFrame } from '../../../src/server/frames/entry-frame.ts'
import { messageEntry } from '../../storage/message-entry.ts'
import { newEntry } from '../../storage/new-entry.ts'

const chatEntry = messageEntry(
  newEntry({ chatId: 123, senderId: 456, clientId: 'mine', content: 'Hello world!' }),
  { id: 1, offset: 7, createdAt: '2024-01-01T12:00:00.000Z' },
)

test('a chat message is the classic MESSAGE frame with its offset last', () => {
  expect(JSON.stringify(entryFrame(chatEntry))).toBe(
    '{"type":"MESSAGE","payload":{"id":1,"chat_id":123,"sender_id":456,"content":"Hello world!","created_at":"2024-01-01T12:00:00.000Z","offset":7}}',
  )
})

test('a support message is the classic SUPPORT_MESSAGE frame with its offset last', () => {
  expect(JSON.stringify(entryFrame({ ...chatEntry, kind: 'support' }))).toBe(
    '{"type":"SUPPORT_MESSAGE","payload":{"id":1,"support_chat_id":123,"sender_id":456,"content":"Hello world!","created_at":"2024-01-01T12:00:00.000Z","offset":7}}',
  )
})

test('file fields stand after the content when they were sent', () => {
  const entry = { ...chatEntry, fileType: 'image/png', filePaths: 'uploads/image.png' }
  expect(JSON.stringify(entryFrame(entry))).toContain(
    '"content":"Hello world!","file_type":"image/png","file_paths":"uploads/image.png","created_at"',
  )
})

test('an empty file field is still a field', () => {
  expect(entryFrame({ ...chatEntry, fileType: '' })).toMatchObject({ payload: { file_type: '' } })
})

test("a sender's own name for a message is for nobody else", () => {
  expect(JSON.stringify(entryFrame(chatEntry))).not.toContain('mine')
})
