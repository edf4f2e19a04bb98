import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { DurableDatabase } from '../../src/storage/database.ts'
import type { NewEntry } from '../../src/storage/entries.ts'
import { PostgresqlDatabase } from '../../src/storage/postgresql/database.ts'
import type { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { describeDurable } from '../storage/describe-durable.ts'
import { sent, user } from '../storage/new-access-entry.ts'
import { newEntry } from '../storage/new-entry.ts'
import type { TestDatabase } from '../storage/test-database.ts'
import { createFakeHost } from '../support/fake-host.ts'

const NOW = '2024-01-01T12:00:00.000Z'
const FILE = `${'a'.repeat(32)}.png`
const LOST = `${'b'.repeat(32)}.png`
const ann = user(7)

function urlOf(location: DurableDatabase): string {
  return location instanceof PostgresqlDatabase
    ? location.connectionString
    : (location as SqliteDatabase).path
}

describeDurable('what is kept of users', (create) => {
  let database: TestDatabase<DurableDatabase>
  let folder: string

  beforeEach(async () => {
    database = await create()
    folder = mkdtempSync(join(tmpdir(), 'chatws-data-'))
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
    await database.drop()
  })

  async function run(...argv: string[]) {
    const fake = createFakeHost()
    const url = urlOf(database.location)
    const exitCode = await main(['db', ...argv, '--database-url', url], fake.host)
    return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
  }
  async function fill(...more: NewEntry[]): Promise<void> {
    const store = await database.open()
    for (const name of [FILE, LOST])
      await store.uploads.add(
        { name, ownerId: 7, fileType: 'image/png', sizeBytes: 3 },
        new Date(NOW),
      )
    const entries: NewEntry[] = [
      sent.profile(ann, { name: 'Ann' }),
      sent.chat(ann, { title: 'Lab' }, [8]),
      sent.message(user(8), 1, { mentions: [7] }),
      sent.message(ann, 1, { filePaths: `uploads/${FILE}`, clientId: 'one' }),
      newEntry({ kind: 'support', chatId: 3, senderId: 7, content: 'help' }),
      sent.reaction(ann, 1),
      sent.report(user(8), 2, { reason: 'spam' }),
      ...more,
    ]
    for (const entry of entries) await store.append([entry], NOW)
    await store.access.noteAct({
      ...{ at: NOW, actorId: 99, act: 'kick', userId: 7, kind: undefined, chatId: undefined },
      ...{ messageId: undefined, detail: '{"reason":"\\u001b[2J"}' },
    })
    await database.close(store)
  }
  const linesOf = (text: string): Record<string, unknown>[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      sent.message(ann, 1, { content: `m${i}`, ...(i % 2 ? { clientId: `c/${i}` } : {}) }),
    )

  describe('db export', () => {
    it('writes a line for each thing, from the beginning to the end', async () => {
      await fill()
      const { exitCode, stdout, stderr } = await run('export', '--user', '7')
      expect(exitCode).toBe(0)
      const lines = linesOf(stdout)
      expect(lines.map(({ record }) => record)).toEqual([
        ...['export', 'profile', 'memberships', 'support_chats', 'messages', 'support_messages'],
        ...['events', 'events', 'events', 'reports', 'cursors', 'mentions'],
        ...['acts', 'uploads', 'uploads', 'end'],
      ])
      expect(lines[1]).toMatchObject({ at: 'profile/7', id: 7, name: 'Ann' })
      expect(lines[4]).toMatchObject({
        ...{ kind: 'chat', chat_id: 1, id: 2, offset: 4, content: 'hello', created_at: NOW },
      })
      const report = lines.find(({ record }) => record === 'reports')
      expect(report).toMatchObject({ content: 'hello' })
      // Who reported is the other's.
      expect(report).not.toHaveProperty('reporter_id')
      expect(report).not.toHaveProperty('reason')
      expect(stderr).toBe('14 records of user 7\n')
    })

    it('copies the files that are there, and says which are not', async () => {
      await fill()
      const uploads = join(folder, 'uploads')
      mkdirSync(uploads)
      writeFileSync(join(uploads, FILE), 'png')
      const files = join(folder, 'files')
      const { stdout } = await run(
        ...['export', '--user', '7', '--files', files, '--upload-folder', uploads],
      )
      const copied = linesOf(stdout).filter(({ record }) => record === 'uploads')
      expect(copied.map(({ name, is_copied }) => [name, is_copied])).toEqual([
        [FILE, true],
        [LOST, false],
      ])
      expect(readdirSync(files)).toEqual([FILE])
    })

    it('needs to know where files are', async () => {
      await fill()
      const { exitCode, stderr } = await run('export', '--user', '7', '--files', folder)
      expect([exitCode, stderr]).toEqual([
        2,
        `chatws: --files: needs --upload-folder to copy from\n`,
      ])
    })

    it('goes on behind the last whole line of a file, wherever it was interrupted', async () => {
      await fill(...many(250))
      const whole = join(folder, 'whole.ndjson')
      expect((await run('export', '--user', '7', '--out', whole)).stdout).toMatch(/ in .*whole/)
      expect(statSync(whole).mode & 0o777).toBe(0o600)
      const text = readFileSync(whole, 'utf8')
      const withoutTimes = (of: string) => linesOf(of).map(({ at, ...line }) => [at, line.content])
      const lines = text.split('\n')
      for (const cut of [1, 5, 100, 130, 180, lines.length - 3]) {
        const part = join(folder, `part-${cut}.ndjson`)
        writeFileSync(part, `${lines.slice(0, cut).join('\n')}\n`)
        appendFileSync(part, lines[cut]!.slice(0, 9))
        expect((await run('export', '--user', '7', '--out', part)).exitCode).toBe(0)
        expect(withoutTimes(readFileSync(part, 'utf8'))).toEqual(withoutTimes(text))
      }
      expect((await run('export', '--user', '7', '--out', whole)).stdout).toContain('whole already')
      expect(readFileSync(whole, 'utf8')).toBe(text)
    })

    it('goes on behind each line, whatever it is of', async () => {
      await fill(
        ...many(2),
        sent.members(user(8), 1, { act: 'leave' }),
        sent.ban(user(99, { isAdmin: true }), 7),
      )
      const store = await database.open()
      await store.lastSeen.note([{ userId: 7, at: NOW }])
      await database.close(store)
      const all = linesOf((await run('export', '--user', '7')).stdout)
      expect(all.map(({ record }) => record)).toEqual(
        expect.arrayContaining(['last_seen', 'bans', 'acts']),
      )
      for (const [i, { at }] of all.entries()) {
        if (i === 0 || i === all.length - 1) continue
        const rest = linesOf((await run('export', '--user', '7', '--after', String(at))).stdout)
        expect(rest.slice(0, -1)).toEqual(all.slice(i + 1, -1))
      }
    })

    it('goes on behind a place', async () => {
      await fill(...many(4))
      const all = linesOf((await run('export', '--user', '7')).stdout)
      const { at } = all[6]!
      const rest = linesOf((await run('export', '--user', '7', '--after', String(at))).stdout)
      expect(rest.slice(0, -1)).toEqual(all.slice(7, -1))
    })

    it.each(['nowhere/1', 'messages', 'profile'])('knows no place %s', async (place) => {
      await fill()
      const { exitCode, stderr } = await run('export', '--user', '7', '--after', place)
      expect(exitCode).toBe(2)
      expect(stderr).toContain('--after: is no "at" of a line')
    })

    it('writes into no file of another user', async () => {
      await fill()
      const out = join(folder, 'a.ndjson')
      await run('export', '--user', '8', '--out', out)
      const before = readFileSync(out, 'utf8')
      const { exitCode, stderr } = await run('export', '--user', '7', '--out', out)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('is no export of user 7')
      expect(readFileSync(out, 'utf8')).toBe(before)
    })
  })

  describe('db erase', () => {
    it('says first what there is, and erases with --yes', async () => {
      await fill()
      const dry = await run('erase', '--user', '7')
      expect(dry.exitCode).toBe(0)
      expect(dry.stdout).toMatch(/^Of user 7 would be erased:\n(.*\n)*\s+2 {2}messages\n/)
      expect(dry.stdout).toContain('--yes erases it')
      expect((await run('erase', '--user', '7', '--yes')).stdout).toMatch(
        /^Of user 7 are erased:\n(.*\n)*\s+2 {2}messages\n/,
      )
      const json = JSON.parse((await run('erase', '--user', '7', '--json')).stdout)
      expect(json).toMatchObject({ user: 7, isDryRun: true, counts: { messages: 0, profile: 0 } })
      const left = linesOf((await run('export', '--user', '7')).stdout)
      expect(left.filter(({ content }) => content).map(({ record }) => record)).toEqual([])
    })

    it('removes files at once where it knows the folder', async () => {
      await fill()
      writeFileSync(join(folder, FILE), 'png')
      await run('erase', '--user', '7', '--yes', '--upload-folder', folder)
      expect(existsSync(join(folder, FILE))).toBe(false)
      expect((await run('erase', '--user', '7')).stdout).not.toContain('uploaded files')
    })

    it('is told of whom', async () => {
      await fill()
      const { exitCode, stderr } = await run('erase', '--yes')
      expect([exitCode, stderr]).toEqual([2, 'chatws: --user: is required\n'])
    })
  })

  describe('db audit', () => {
    it('lists the newest first, in pages, without control characters', async () => {
      await fill()
      await run('erase', '--user', '7', '--yes')
      const { stdout } = await run('audit', '--limit', '1')
      expect(stdout).toMatch(/ {2}erase .* user 7 .*\nOlder ones: --before 2\n$/)
      const older = await run('audit', '--before', '2')
      expect(older.stdout).toMatch(/^ {5}1 {2}2024-01-01T12:00:00.000Z {2}user 99 +kick +user 7 /)
      expect(older.stdout).not.toContain('\u001b')
      expect((await run('audit', '--user', '8')).stdout).toBe('Nobody did anything\n')
      const json = JSON.parse((await run('audit', '--json')).stdout)
      expect(json).toMatchObject({ hasMore: false, acts: [{ act: 'erase' }, { act: 'kick' }] })
    })
  })

  describe('db access', () => {
    const open = async () => {
      const store = await database.open()
      const senders = [9, 2, 9]
      await store.append(
        senders.map((senderId) => newEntry({ chatId: 5, senderId })),
        NOW,
      )
      await database.close(store)
    }

    it('lists what it would make, and makes it', async () => {
      await open()
      const dry = await run('access', '--members-from-history')
      expect(dry.stdout).toMatch(/^ +chat +owner +members +messages\n +5 +9 +2 +3\n1 chats with 2/)
      expect(dry.stdout).toContain('--apply makes them')
      expect((await run('access', '--members-from-history', '--apply', '--json')).stdout).toBe(
        `${JSON.stringify({ chatId: 5, owner: 9, members: 2, messages: 3 })}\n` +
          `${JSON.stringify({ isDryRun: false, chats: 1, members: 2, messages: 3 })}\n`,
      )
      expect((await run('access', '--members-from-history')).stdout).toBe(
        'Every chat in which somebody wrote has members\n',
      )
    })

    it('is told where members are from', async () => {
      await open()
      expect(await run('access')).toMatchObject({
        ...{ exitCode: 2, stderr: expect.stringContaining('--members-from-history: is required') },
      })
    })
  })
})

describe('the data of users', () => {
  it.each([
    ['export', '--user', '7'],
    ['erase', '--user', '7'],
    ['audit'],
    ['access', '--members-from-history'],
  ])('%s makes no database, and is wrong usage for memory', async (...argv) => {
    const absent = join(tmpdir(), 'chatws-absent.db')
    const fake = createFakeHost()
    expect(await main(['db', ...argv, '--database-url', absent], fake.host)).toBe(1)
    expect(fake.stderr()).toContain('There is no database')
    expect(existsSync(absent)).toBe(false)
    expect(await main(['db', ...argv, '--database-url', 'memory:'], fake.host)).toBe(2)
  })
})
