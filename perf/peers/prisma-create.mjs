// Stores messages the ordinary way, one Prisma `create` after the other, in a database that
// chatws made, and prints how many that were.

import { PrismaClient } from '../../dist/storage/generated/sqlite/client.js'
import { SqliteAdapterFactory } from '../../dist/storage/sqlite/adapter.js'
import { openSqlite } from '../../dist/storage/sqlite/open.js'

/** As a server has it that is not told otherwise, so that both sides promise the same. */
const DURABILITY = 'process'

const [, , path, seconds] = process.argv
const store = await openSqlite(path, DURABILITY)
await store.close()

const prisma = new PrismaClient({
  adapter: new SqliteAdapterFactory(path, DURABILITY),
})
let offset = 0

async function createFor(durationMs) {
  const startMs = performance.now()
  const first = offset
  while (performance.now() - startMs < durationMs) {
    offset += 1
    await prisma.messages.create({
      data: {
        offset,
        chat_id: 1,
        sender_id: 10001,
        client_id: `client-${offset}`,
        content: 'the quick brown fox jumps over the lazy dog, some sixty bytes',
        created_at: new Date(),
      },
    })
  }
  return ((offset - first) * 1000) / (performance.now() - startMs)
}

await createFor(1000)
const createdPerS = await createFor(Number(seconds) * 1000)
console.log(JSON.stringify({ event: 'created', createdPerS }))
await prisma.$disconnect()
