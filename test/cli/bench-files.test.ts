import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { loadResult, loadScenario } from '../../src/cli/bench-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'chatws-bench-files-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('loads a scenario that comes with chatws by its name', async () => {
  const { scenario, feed } = await loadScenario('smoke')
  expect(scenario.name).toBe('smoke')
  expect(feed).toBeUndefined()
})

it('names those that come with it when there is none of that name', async () => {
  await expect(loadScenario('smok')).rejects.toMatchObject({
    code: 'INVALID_SCENARIO',
    message: expect.stringMatching(
      /^There is no scenario file smok; these come with chatws, by name: .*500-users, .*smoke/,
    ),
  })
  await expect(loadScenario('scenario.schema')).rejects.toThrow(/There is no scenario file/)
})

it('reads the feed from beside the scenario, and says where it looked for it', async () => {
  const file = join(folder, 'scenario.json')
  const phases = [{ name: 'steady', durationSeconds: 1, users: 2 }]
  const users = { count: 2, feed: 'users.csv' }
  writeFileSync(file, JSON.stringify({ name: 'n', users, phases }))
  await expect(loadScenario(file)).rejects.toThrow(
    `Cannot read the feed: There is no file ${join(folder, 'users.csv')}`,
  )
  writeFileSync(join(folder, 'users.csv'), 'user_id,token\n7,a\n8,b\n')
  expect((await loadScenario(file)).feed).toEqual([
    { userId: 7, token: 'a' },
    { userId: 8, token: 'b' },
  ])
})

it('refuses a folder, and a result that is not there', async () => {
  await expect(loadScenario(folder)).rejects.toThrow(`${folder} is a folder`)
  await expect(loadResult(join(folder, 'none.json'), 'baseline')).rejects.toMatchObject({
    code: 'USAGE',
    message: `Cannot read the baseline: There is no file ${join(folder, 'none.json')}`,
  })
})
