import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SOAK = join(import.meta.dirname, '../../perf/soak.mjs')

test('beside hostile clients of every kind nothing is lost, and whoever floods is cut off', async () => {
  const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(process.execPath, [SOAK, '--hostile', '--short'], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    )
  })
  expect(output).toContain('good clients: 0 deliveries missing, 0 wrong, 0 closed')
  expect(output).not.toContain('not always cut off')
  expect(code).toBe(0)
}, 300_000)
