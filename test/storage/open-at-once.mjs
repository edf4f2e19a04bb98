// Opens the SQLite file named by its argument when told to on stdin, and prints the outcome.
import { openStore } from '../../dist/storage/open-store.js'

// Loaded beforehand, so that the processes meet at the file.
await import('../../dist/storage/open-sqlite.js')

process.stdout.write('ready\n')
process.stdin.once('data', async () => {
  process.stdin.destroy()
  try {
    const store = await openStore({ provider: 'sqlite', path: process.argv[2] })
    process.stdout.write(`${store.epoch}\n`)
    await store.close()
  } catch (error) {
    process.stdout.write(`${error.message}\n`)
  }
})
