import { describe, expect, it } from 'vitest'
import { POSTGRESQL_URL, whySkipped } from '../../support/services.ts'
import { describeDurableContract } from '../durable-contract.ts'
import { describeLogContract } from '../log-contract.ts'
import { TestDatabase } from '../test-database.ts'

const reason = await whySkipped('PostgreSQL', POSTGRESQL_URL)

describe.skipIf(reason)(`the log in PostgreSQL${reason ? ` (skipped: ${reason})` : ''}`, () => {
  describeLogContract(() => TestDatabase.postgresql())
  describe('database', () => describeDurableContract(() => TestDatabase.postgresql()))

  it('cannot be stored in while its database may only be read', async () => {
    const database = await TestDatabase.postgresql()
    try {
      const store = await database.open()
      await store.confirmWritable()
      await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'read-only' USING ERRCODE = '25006'; END $$`)
      await database.query(
        'CREATE TRIGGER refuse BEFORE UPDATE ON log FOR EACH ROW EXECUTE FUNCTION refuse()',
      )
      await expect(store.confirmWritable()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      expect(await store.lastOffset()).toBe(0)
      await database.query('DROP TRIGGER refuse ON log')
      await store.confirmWritable()
    } finally {
      await database.drop()
    }
  })
})
