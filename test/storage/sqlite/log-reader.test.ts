import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../../src/storage/entries.ts'
import { LogReader } from '../../../src/storage/sqlite/log-reader.ts'
import type { Store } from '../../../src/storage/store.ts'
import { newEntry } from '../new-entry.ts'
import { TestDatabase } from '../test-database.ts'

const NOW = '2024-01-01T12:00:00.123Z'
const by = { senderId: 2, clientId: undefined }

/** One entry of every sort, with all that it can have and with as little. */
const ENTRIES: readonly NewEntry[] = [
  newEntry({ content: 'first 👋', clientId: 'a' }),
  newEntry({ kind: 'support', chatId: 7, fileType: 'image/png', filePaths: '["/x.png"]' }),
  newEntry({ replyTo: 1 }),
  { type: 'edit', kind: 'chat', messageId: 1, content: 'second', senderId: 1, clientId: 'b' },
  { type: 'reaction', kind: 'chat', messageId: 1, emoji: '👍', removed: false, ...by },
  { type: 'reaction', kind: 'chat', messageId: 1, emoji: '👍', removed: true, ...by },
  { type: 'deletion', kind: 'support', messageId: 1, senderId: 1, clientId: undefined },
  { type: 'support', chatId: 7, status: 'closed', assignee: 9, senderId: 9, clientId: undefined },
  { type: 'support', chatId: 7, status: 'open', assignee: null, senderId: 9, clientId: undefined },
]

describe('LogReader', () => {
  let database: ReturnType<typeof TestDatabase.sqlite>
  let store: Store
  let reader: LogReader

  beforeEach(async () => {
    database = TestDatabase.sqlite()
    store = await database.open()
    reader = await LogReader.open(database.location.path)
  })
  afterEach(async () => {
    await reader.close()
    await database.drop()
  })

  it('reads what the store that writes it reads, page by page', async () => {
    for (const entry of ENTRIES) {
      const [outcome] = await store.append([entry], NOW)
      expect(outcome).toHaveProperty('entry')
    }
    const all = await reader.readAfter(0, 100)
    expect(all).toEqual(await store.readAfter(0, 100))
    expect(all.map(({ type }) => type)).toEqual(ENTRIES.map(({ type }) => type))
    expect(await reader.readAfter(3, 4)).toEqual(all.slice(3, 7))
    expect(await reader.readAfter(9, 4)).toEqual([])
  })

  it('refuses a file that is not there, and creates none', async () => {
    const path = `${database.location.path}-other`
    await expect(LogReader.open(path)).rejects.toThrow(`the file ${path} does not exist`)
    expect(existsSync(path)).toBe(false)
  })
})
