// Opens the SQLite files named by the lines of stdin, each when it comes, and prints the outcomes.
import { createInterface } from 'node:readline'
import { openStore } from '../../../dist/storage/open-store.js'
import { SqliteDatabase } from '../../../dist/storage/sqlite/database.js'

// Loaded beforehand, so that the processes meet at the file.
await import('../../../dist/storage/sqlite/open.js')

process.stdout.write('ready\n')
for await (const path of createInterface(process.stdin)) {
  try {
    const store = await openStore(new SqliteDatabase(path))
    process.stdout.write(`${store.epoch}\n`)
    await store.close()
  } catch (error) {
    process.stdout.write(`${error.message}\n`)
  }
}
