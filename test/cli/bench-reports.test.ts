import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { checkTargets, publish } from '../../src/cli/bench-reports.ts'
import { cleanResult } from '../bench/report/sample-result.ts'
import { createFakeHost } from '../support/fake-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'chatws-bench-reports-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('refuses before a run what could not be written after it, all at once', () => {
  const nowhere = join(folder, 'none', 'report.html')
  expect(() => checkTargets({ html: nowhere, json: folder, junit: join(folder, 'j.xml') })).toThrow(
    `json: cannot write ${folder}: it is a folder\n` +
      `html: cannot write ${nowhere}: there is no folder ${join(folder, 'none')}`,
  )
  expect(() => checkTargets({ json: '-', html: join(folder, 'report.html') })).not.toThrow()
})

it.each([
  ['json', '"version": 1'],
  ['junit', '<testsuites'],
  ['markdown', '## ✅ chatws bench'],
  ['html', '<!doctype html>'],
])('writes nothing but --%s to standard output when that is asked for', async (name, text) => {
  const fake = createFakeHost()
  await publish(cleanResult(), { [name]: '-' }, fake.host)
  expect(fake.stdout()).toContain(text)
  expect(fake.stdout()).not.toContain('audit clean')
  expect(fake.stderr()).toContain('✓ audit clean')
})

it('writes all that it can, and then says what it could not', async () => {
  const fake = createFakeHost()
  const json = join(folder, 'result.json')
  const junit = join(folder, 'none', 'junit.xml')
  await expect(publish(cleanResult(), { junit, json }, fake.host)).rejects.toMatchObject({
    code: 'OUTPUT_FAILED',
    message: expect.stringContaining('junit: ENOENT'),
  })
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ version: 1 })
  expect(fake.stdout()).toContain('✓ audit clean')
})

it('does not fail for the summary of a workflow', async () => {
  const fake = createFakeHost({ GITHUB_STEP_SUMMARY: join(folder, 'none', 'summary.md') })
  await publish(cleanResult(), {}, fake.host)
  expect(fake.stderr()).toContain('chatws: the summary of the workflow is not written: ENOENT')
})
