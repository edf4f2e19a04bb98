import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { readMigrations } from '../../src/storage/migrations.ts'
import { TestDatabase } from './test-database.ts'

const SCRIPT = new URL('open-at-once.mjs', import.meta.url).pathname

/** A process of the built package, ready to open a database when told to. */
class Opener {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  constructor(path: string) {
    this.#child = spawn(process.execPath, [SCRIPT, path])
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  async nextLine(): Promise<string> {
    return (await this.#lines.next()).value
  }

  /** Returns the epoch, or what went wrong. */
  async open(): Promise<string> {
    const exited = once(this.#child, 'exit')
    this.#child.stdin.end('open\n')
    const line = await this.nextLine()
    await exited
    return line
  }
}

it('processes that open a fresh file at once all succeed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const database = TestDatabase.sqlite()
    try {
      const openers = [1, 2, 3, 4].map(() => new Opener(database.location.path))
      for (const opener of openers) expect(await opener.nextLine()).toBe('ready')
      const outcomes = await Promise.all(openers.map((opener) => opener.open()))
      const { epoch } = await database.open()
      expect(outcomes).toEqual([epoch, epoch, epoch, epoch])
      const records = await database.query('SELECT * FROM _prisma_migrations')
      expect(records).toHaveLength(readMigrations('sqlite').length)
    } finally {
      await database.drop()
    }
  }
})
