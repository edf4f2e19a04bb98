import { afterEach, describe, expect, it } from 'vitest'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import type { Database } from '../../src/storage/database.ts'
import { MemoryDatabase } from '../../src/storage/memory/database.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { POSTGRESQL_URL, whySkipped } from '../support/services.ts'
import { startServer } from '../support/start-server.ts'
import { SECRET } from '../support/tokens.ts'
import { MembershipWalk, type WalkResult } from './membership-walk.ts'

/** Steps of each walk; `CHATWS_WALK_STEPS=1000000` is a campaign. */
const STEPS = Number(process.env.CHATWS_WALK_STEPS ?? 7_000)
/** The same seed takes the same steps. */
const SEED = Number(process.env.CHATWS_WALK_SEED ?? 1)

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

let database: TestDatabase<Database>
afterEach(() => database.drop())

async function walk(seed: number): Promise<WalkResult> {
  const store = await database.open()
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const server = await startServer({
    ...{ store, access: 'members', agents: [7], security: { authenticator } },
  })
  const result = await new MembershipWalk(server.url, seed).run(STEPS)
  await server.server.close()
  return result
}

describe(`${STEPS} random steps of members, from seed ${SEED}: nobody is sent what is not theirs, and everybody what is`, () => {
  const expectClean = ({ failures, steps, frames, refused }: WalkResult) => {
    expect(failures).toEqual([])
    expect(steps).toBe(STEPS)
    // A walk in which nothing happens, or nothing is refused, would show nothing.
    expect(frames).toBeGreaterThan(STEPS)
    expect(refused).toBeGreaterThan(STEPS / 20)
  }

  it('in memory', { timeout: 0 }, async () => {
    database = TestDatabase.of(new MemoryDatabase())
    expectClean(await walk(SEED))
  })

  it('on SQLite', { timeout: 0 }, async () => {
    database = TestDatabase.sqlite()
    expectClean(await walk(SEED + 1))
  })

  it.skipIf(reason)(
    `on PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`,
    { timeout: 0 },
    async () => {
      database = await TestDatabase.postgresql()
      expectClean(await walk(SEED + 2))
    },
  )
})
