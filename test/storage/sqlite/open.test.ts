import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { readMigrations } from '../../../src/storage/prisma/migrations.ts'
import { TestDatabase } from '../test-database.ts'

const SCRIPT = new URL('open-at-once.mjs', import.meta.url).pathname

/** A process of the built package that opens databases when told to. */
class Opener {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  constructor() {
    this.#child = spawn(process.execPath, [SCRIPT])
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  async nextLine(): Promise<string> {
    return (await this.#lines.next()).value
  }

  /** Returns the epoch, or what went wrong. */
  async open(path: string): Promise<string> {
    this.#child.stdin.write(`${path}\n`)
    return await this.nextLine()
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.stdin.end()
    await exited
  }
}

it('processes that open a fresh file at once all succeed', async () => {
  const openers = [1, 2, 3, 4].map(() => new Opener())
  const databases = Array.from({ length: 5 }, () => TestDatabase.sqlite())
  try {
    for (const opener of openers) expect(await opener.nextLine()).toBe('ready')
    for (const database of databases) {
      const { path } = database.location
      const outcomes = await Promise.all(openers.map((opener) => opener.open(path)))
      const { epoch } = await database.open()
      expect(outcomes).toEqual([epoch, epoch, epoch, epoch])
      const records = await database.query('SELECT * FROM _prisma_migrations')
      expect(records).toHaveLength(readMigrations('sqlite').length)
    }
  } finally {
    await Promise.all(openers.map((opener) => opener.end()))
    for (const database of databases) await database.drop()
  }
})
