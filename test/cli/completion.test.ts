import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'

async function run(...argv: string[]) {
  const fake = createFakeHost()
  const exitCode = await main(['completion', ...argv], fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

let script: string
beforeAll(async () => {
  script = (await run('bash')).stdout
})

/** What bash offers for the last of these words. */
function complete(...words: string[]): string[] {
  const program = `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_chatws
printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' })
  return output.split('\n').filter(Boolean)
}

describe('the completion of bash', () => {
  it('offers the commands', () => {
    expect(complete('chatws', 'se')).toEqual(['serve', 'send'])
    expect(complete('chatws', '')).toEqual(
      expect.arrayContaining(['serve', 'connect', 'bench', 'completion', '--help']),
    )
  })

  it('offers the flags of the command, also after others with values', () => {
    expect(complete('chatws', 'serve', '--log-')).toEqual(['--log-format', '--log-level'])
    expect(complete('chatws', 'serve', '--port', '1', '--host')).toEqual(['--host'])
    expect(complete('chatws', 'connect', '--us')).toEqual(['--user'])
  })

  it('offers the words that a flag takes', () => {
    expect(complete('chatws', 'serve', '--log-format', '')).toEqual(['text', 'json'])
    expect(complete('chatws', 'serve', '--log-format', 'j')).toEqual(['json'])
  })

  it('offers nothing where anything may stand', () => {
    expect(complete('chatws', 'serve', '--port', '')).toEqual([])
  })

  it('offers files where a file is meant', () => {
    expect(complete('chatws', 'bench', 'scenarios/smo')).toEqual(['scenarios/smoke.json'])
    expect(complete('chatws', 'serve', '--database-url', 'package.js')).toEqual(['package.json'])
  })

  it('offers the shells', () => {
    expect(complete('chatws', 'completion', 'z')).toEqual(['zsh'])
  })
})

it.each(['zsh', 'fish'])('the script of %s names every command and flag', async (shell) => {
  const { stdout, exitCode } = await run(shell)
  expect(exitCode).toBe(0)
  for (const word of ['serve', 'bench', 'log-format', 'print-config', 'user'])
    expect(stdout).toContain(word)
})

it('another shell is refused with those there are', async () => {
  const { exitCode, stderr } = await run('tcsh')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('bash, zsh, fish')
})
