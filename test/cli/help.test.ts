import { describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'

async function helpOf(path: readonly string[]): Promise<string> {
  const fake = createFakeHost()
  expect(await main([...path, '--help'], fake.host)).toBe(0)
  return fake.stdout()
}

/** Every command by its words, found as someone who reads the help finds them. */
async function findCommands(path: readonly string[] = []): Promise<string[][]> {
  const section = /^Commands:\n((?: .*\n)+)/m.exec(await helpOf(path))?.[1] ?? ''
  const names = [...section.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!)
  const below = names.filter((name) => name !== 'help').map((name) => findCommands([...path, name]))
  return [...(path.length > 0 ? [[...path]] : []), ...(await Promise.all(below)).flat()]
}

describe('the help of a command', async () => {
  const commands = await findCommands()

  it('is there for each', () => {
    const found = commands.map((path) => path.join(' '))
    expect(found).toEqual(expect.arrayContaining(['serve', 'db restore', 'bench merge', 'doctor']))
    expect(found.length).toBeGreaterThan(15)
  })

  it.each(commands.map((path) => [path.join(' '), path] as const))(
    'says what is true of it: %s',
    async (_, path) => {
      const help = await helpOf(path)
      expect(help).toContain(`Usage: chatws ${path.join(' ')} `)
      expect(help).toMatch(/^.*Exit codes/m)
      expect(help.match(/\{/g)?.length).toBe(help.match(/\}/g)?.length)
      // A flag that switches something off says what is so then, not what it switches off.
      const negated = [...help.matchAll(/^ {2}--no-(\S+) +(.+(?:\n {10,}.+)*)/gm)]
      for (const [, name, text] of negated) {
        const words = text!.replace(/\s+/g, ' ')
        expect(words, name).toMatch(/^(leave|neither|end|do not|no) /)
        expect(words, name).toMatch(/\(env: CHATWS_\w+=false\)$/)
      }
      const tail = help.slice(help.indexOf('-h, --help'))
      expect(tail.split('\n').filter((line) => line.length > 106)).toEqual([])
    },
  )
})
