import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

async function run(...argv: string[]) {
  const fake = createFakeHost()
  const exitCode = await main(argv, fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

it('prints its version', async () => {
  expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
})

it.each([[[]], [['--help']], [['help']]])('prints help with examples for %j', async (argv) => {
  const { exitCode, stdout } = await run(...argv)
  expect(exitCode).toBe(0)
  for (const text of ['serve', 'connect', 'bench', 'Examples:']) expect(stdout).toContain(text)
})

it.each(['serve', 'connect', 'bench'])('prints help with examples for %s', async (command) => {
  for (const argv of [
    [command, '--help'],
    ['help', command],
  ]) {
    const { exitCode, stdout } = await run(...argv)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`Usage: chatws ${command}`)
    expect(stdout).toContain('Examples:')
    expect(stdout).toContain('Exit codes:')
  }
})

it('answers an unknown command with a suggestion and exit code 2', async () => {
  const { exitCode, stderr } = await run('srve')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Did you mean serve?')
})

it('answers an unknown flag with a suggestion and exit code 2', async () => {
  const { exitCode, stderr } = await run('serve', '--prot', '1')
  expect(exitCode).toBe(2)
  expect(stderr).toBe('chatws: --prot: unknown, did you mean --port?\n')
})

it('names every bad value of a command at once, with exit code 2', async () => {
  const { exitCode, stderr } = await run('serve', '--port', 'x', '--heartbeat', '0')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('chatws: --port: must be a port number, not "x"\n')
  expect(stderr).toContain('chatws: --heartbeat: must be at least 0.1, not "0"\n')
})
