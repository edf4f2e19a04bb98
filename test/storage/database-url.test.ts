import { describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/storage/database-url.ts'
import { PostgresqlDatabase } from '../../src/storage/postgresql/database.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { sqliteFileUrl } from '../../src/storage/sqlite/raw-connection.ts'

describe('parseDatabaseUrl', () => {
  it.each([
    ['./chatws.db', './chatws.db'],
    ['chatws.db', 'chatws.db'],
    ['/var/lib/chatws/my log.db', '/var/lib/chatws/my log.db'],
    ['C:\\chatws.db', 'C:\\chatws.db'],
    ['file:./chatws.db', './chatws.db'],
    ['file:chatws.db', 'chatws.db'],
    ['file:/tmp/chatws.db', '/tmp/chatws.db'],
    ['FILE:chatws.db', 'chatws.db'],
    ['./what?.db', './what?.db'],
    ['file:///tmp/chatws.db', '/tmp/chatws.db'],
    ['file:///tmp/my%20log.db', '/tmp/my log.db'],
    ['file://localhost/tmp/chatws.db', '/tmp/chatws.db'],
  ])('%s is the SQLite file %s', (url, path) => {
    expect(parseDatabaseUrl(url)).toEqual({ provider: 'sqlite', path })
  })

  it.each([
    'postgresql://chat@127.0.0.1/chat',
    'postgres://chat:secret@127.0.0.1:5432/chat?sslmode=require',
    'postgresql:///chat?host=/var/run/postgresql',
  ])('%s is a PostgreSQL database', (connectionString) => {
    expect(parseDatabaseUrl(connectionString)).toEqual({
      provider: 'postgresql',
      connectionString,
    })
  })

  it('memory: is a database of its own each time, which keeps nothing', () => {
    const [one, other] = [parseDatabaseUrl('memory:'), parseDatabaseUrl('memory:')]
    expect(one).toMatchObject({ provider: 'memory', description: 'memory:', isDurable: false })
    expect(one).not.toBe(other)
  })

  it.each([
    ...['', 'mysql://127.0.0.1/chat', 'libsql://host', 'http://127.0.0.1/chatws.db'],
    ...['mongodb+srv://host/chat', 'sqlite:chatws.db', 'postgresql:chat'],
    // Another host's file, and a slash that no path can hold.
    ...['file://otherhost/tmp/chatws.db', 'file:///tmp/a%2Fb.db', 'file:'],
    // What SQLite would understand, and would be the name of a file here.
    ...[':memory:', 'file::memory:', 'file::memory:?cache=shared', 'file:chatws.db?mode=ro'],
    ...['file:///tmp/chatws.db?mode=ro', 'memory:chatws', 'memory://', './chatws.db?mode=ro'],
    ...['FILE::memory:', '/tmp/chatws.db?connection_limit=1&x=y', 'FILE:chatws.db?cache=shared'],
    // What the driver of PostgreSQL would pass over without a word.
    ...['postgresql://h/chat?schema=chat', 'postgres://h/chat?sslmode=require&pgbouncer=true'],
  ])('%j is wrong usage, in one line', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(/^.+$/) }),
    )
  })

  it.each([
    'mysql://chat:secret@127.0.0.1/chat',
    'mongodb+srv://chat:secret@host/chat',
    'db2://chat:secret@host/chat',
    'mysql://:secret@host/chat',
    'mysql://chat:my@secret@host/chat',
  ])('the password in %s is not in the error', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.not.stringContaining('secret'),
      }),
    )
  })
})

describe('the description of a database', () => {
  it('is the path of a file', () => {
    expect(new SqliteDatabase('./a:b@c.db').description).toBe('./a:b@c.db')
  })

  it.each([
    ['postgresql://chat:secret@h:5432/chat', 'postgresql://chat:***@h:5432/chat'],
    ['postgresql://:secret@h/chat', 'postgresql://:***@h/chat'],
    ['postgresql://chat@h/chat', 'postgresql://chat@h/chat'],
    ['postgresql://h:5432/chat', 'postgresql://h:5432/chat'],
  ])('is the URL without its password: %s', (connectionString, words) => {
    expect(new PostgresqlDatabase(connectionString).description).toBe(words)
  })

  it.each([
    'postgresql://chat:my@secret@h/chat',
    'postgresql://chat:my:secret@h/chat',
    'postgresql://h/chat?user=chat&password=secret',
  ])('hides the password wherever it stands: %s', (connectionString) => {
    expect(new PostgresqlDatabase(connectionString).description).not.toContain('secret')
  })
})

describe('sqliteFileUrl', () => {
  it.each(['/tmp/a b.db', '/tmp/a#b.db', '/tmp/a?b=c.db', '/tmp/100%.db', '/tmp/é.db'])(
    'escapes what a URL cannot hold in %s',
    (path) => {
      const url = new URL(sqliteFileUrl(path))
      expect(decodeURIComponent(url.pathname)).toBe(path)
      expect(url.search + url.hash).toBe('')
    },
  )
})
