import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { newEntry } from '../storage/new-entry.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { createFakeHost } from '../support/fake-host.ts'

let database: ReturnType<typeof TestDatabase.sqlite>
let path: string
beforeEach(() => {
  database = TestDatabase.sqlite()
  path = database.location.path
})
afterEach(() => database.drop())

async function run(...argv: string[]) {
  const fake = createFakeHost()
  const exitCode = await main(['db', ...argv, '--database-url', path], fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

async function fill(count: number): Promise<void> {
  const store = await database.open()
  const entries = Array.from({ length: count }, () => newEntry())
  await store.append(entries, '2024-01-01T12:00:00.000Z')
  await store.append([newEntry({ kind: 'support' })], new Date().toISOString())
  await database.close(store)
}

describe('chatws db', () => {
  it('status says that there is none, and makes none', async () => {
    const { exitCode, stdout } = await run('status')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('There is no database')
    expect(existsSync(path)).toBe(false)
  })

  it('migrate says what it applied, and the second time that nothing was to be done', async () => {
    expect((await run('migrate')).stdout).toMatch(/^applied 20261123000000_init$/m)
    expect(await run('migrate')).toMatchObject({
      ...{ exitCode: 0, stdout: 'The database is up to date\n' },
    })
  })

  it('status tells what there is, for people and for programs', async () => {
    await fill(3)
    const { stdout } = await run('status')
    expect(stdout).toMatch(/^database {4}.* \(SQLite, .*iB\)$/m)
    expect(stdout).toMatch(/^migrations {2}\d+ applied, up to date$/m)
    expect(stdout).toMatch(/^log {9}epoch \S+, offsets 1 to 4 kept, newest /m)
    expect(stdout).toMatch(/^messages {4}3 in chats, 1 in support chats$/m)
    const json = JSON.parse((await run('status', '--json')).stdout)
    expect(json).toMatchObject({ exists: true, log: { lastOffset: 4 }, pendingMigrations: [] })
  })

  it('status fails for a database that this version cannot use', async () => {
    await fill(1)
    await database.query("UPDATE _prisma_migrations SET checksum = 'x'")
    const { exitCode, stdout } = await run('status')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('was applied with other contents')
  })

  it('backup copies the database', async () => {
    await fill(2)
    const target = join(dirname(path), 'copy.db')
    const { exitCode, stdout } = await run('backup', target)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/copy\.db: .* KiB, messages up to offset 3\n$/)
    expect(existsSync(target)).toBe(true)
    expect(await run('backup', target)).toMatchObject({ exitCode: 1 })
  })

  it('says that it copies only what there is to copy', async () => {
    const absent = join(dirname(path), 'absent.db')
    const text = join(dirname(path), 'text.db')
    writeFileSync(text, 'no database, but longer than the header of one would be: '.repeat(9))
    for (const argv of [
      ['restore', absent],
      ['restore', text],
      ['backup', join(dirname(path), 'new.db')],
    ]) {
      const { exitCode, stderr } = await run(...argv)
      expect([exitCode, stderr.split('\n').length]).toEqual([1, 2])
      expect(stderr).toMatch(/^chatws: /)
    }
  })

  it('prune makes no database', async () => {
    const { exitCode, stdout } = await run('prune', '--older-than', '1d')
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('nothing is to be deleted')])
    expect(existsSync(path)).toBe(false)
  })

  it.each([
    ['status'],
    ['migrate'],
    ['backup', 'copy.db'],
    ['restore', 'copy.db'],
    ['prune', '--older-than', '1d'],
  ])('%s is wrong usage for memory, of which nothing is kept', async (...argv) => {
    const fake = createFakeHost()
    expect(await main(['db', ...argv, '--database-url', 'memory:'], fake.host)).toBe(2)
    expect(fake.stderr()).toContain('memory: keeps nothing')
    expect(fake.stdout()).toBe('')
  })

  it('restore puts a backup back, and says so to people and programs', async () => {
    await fill(2)
    const target = join(dirname(path), 'copy.db')
    const { stdout } = await run('backup', target, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ file: target, lastOffset: 3 })
    await fill(5)
    expect((await run('restore', target)).stdout).toMatch(
      /, messages up to offset 3, in the new epoch/,
    )
    const json = JSON.parse((await run('restore', target, '--json')).stdout)
    expect(json).toMatchObject({ database: path, backup: target, lastOffset: 3 })
    const status = JSON.parse((await run('status', '--json')).stdout)
    expect(status.log).toEqual({ epoch: json.epoch, lastOffset: 3 })
    const store = await database.open()
    expect(store.epoch).toBe(json.epoch)
    expect(await run('restore', target)).toMatchObject({
      ...{ exitCode: 1, stderr: expect.stringContaining('is in use: stop the server') },
    })
  })

  it('restore names the tool that PostgreSQL has', async () => {
    const fake = createFakeHost({ DATABASE_URL: 'postgresql://chat:secret@127.0.0.1/chat' })
    expect(await main(['db', 'restore', 'a.dump'], fake.host)).toBe(2)
    expect(fake.stderr()).toContain(
      "pg_restore --clean --if-exists --dbname='postgresql://chat:***@",
    )
  })

  it('backup names the tool that PostgreSQL has, without the password', async () => {
    const fake = createFakeHost({ DATABASE_URL: 'postgresql://chat:secret@127.0.0.1/chat' })
    expect(await main(['db', 'backup', 'a.dump'], fake.host)).toBe(2)
    expect(fake.stderr()).toContain("pg_dump --format=custom --file=a.dump 'postgresql://chat:***@")
    expect(fake.stderr()).not.toContain('secret')
  })

  it('prune says first what it would delete, and then deletes it', async () => {
    await fill(5)
    const dry = await run('prune', '--older-than', '30d', '--dry-run')
    expect(dry.stdout).toMatch(/^5 messages would be deleted, up to offset 5, stored before 2/)
    expect((await run('prune', '--older-than', '30d')).stdout).toMatch(/^5 messages deleted/)
    expect((await run('prune', '--older-than', '30d')).stdout).toMatch(
      /^No message is older than 2/,
    )
    expect((await run('status')).stdout).toContain('offsets 6 to 6 kept')
  })

  it.each([
    [[], '--older-than: is required'],
    [['--older-than', '30'], '--older-than: must be like 12h, 90d or 52w, not "30"'],
    [['--older-than', '59m'], '--older-than: must be an hour at least, not "59m"'],
  ])('prune %j is refused', async (argv, message) => {
    const { exitCode, stderr } = await run('prune', ...argv)
    expect(exitCode).toBe(2)
    expect(stderr).toBe(`chatws: ${message}\n`)
  })

  it('helps with each of its commands', async () => {
    for (const name of ['status', 'migrate', 'backup', 'prune']) {
      const { exitCode, stdout } = await run(name, '--help')
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`Usage: chatws db ${name}`)
      expect(stdout).toContain('Exit codes:')
    }
  })
})
