import { describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { CONFIG_SECTIONS } from '../../src/config/config-file.ts'
import { describeOptions, fileForm } from '../../src/config/option.ts'
import { createFakeHost } from '../support/fake-host.ts'

async function run(...argv: string[]) {
  const fake = createFakeHost({ XDG_CONFIG_HOME: '/nonexistent' })
  const exitCode = await main(argv, fake.host)
  expect(fake.stdout()).toBe('')
  return { exitCode, lines: fake.stderr().split('\n').slice(0, -1) }
}

describe('what is wrong with a command', () => {
  it.each<[argv: string[], lines: string[]]>([
    [
      ['serve', '--prot', '1', '--heartbeat', '0', '--colour=red'],
      [
        'chatws: --prot: unknown, did you mean --port?',
        'chatws: --colour: unknown, chatws serve --help lists what there is',
        'chatws: --heartbeat: must be at least 0.1, not "0"',
      ],
    ],
    [
      ['serve', 'now', '--auth', 'basic', '--port'],
      [
        'chatws: "now": is no argument of chatws serve',
        'chatws: --port: needs a value',
        'chatws: --auth: must be none or jwt, not "basic"',
      ],
    ],
    [
      ['bench', '--workers', '0'],
      [
        'chatws: <scenario>: is required, see chatws bench --help',
        'chatws: --workers: must be at least 1, not "0"',
      ],
    ],
    [
      ['bench', 'merge', '--max-regression', 'x', '--json'],
      [
        'chatws: <results>: is required, see chatws bench merge --help',
        'chatws: --json: needs a value',
        'chatws: --max-regression: must be a percentage, like 10%, not "x"',
      ],
    ],
    [
      ['send', '--rply-to', '3', 'Hello', '-5'],
      [
        'chatws: --rply-to: unknown, did you mean --reply-to?',
        'chatws: --user: is required: --user 123, CHATWS_USER, or "user" in a profile',
        'chatws: --chat: is required: --chat 1, or --support 1 for a support chat',
      ],
    ],
    [
      ['db', 'backup', '--database-url'],
      [
        'chatws: <file>: is required, see chatws db backup --help',
        'chatws: --database-url: needs a value',
      ],
    ],
  ])('is told at once: %j', async (argv, lines) => {
    expect(await run(...argv)).toEqual({ exitCode: 2, lines })
  })

  it('is not the text of a message after --', async () => {
    const { lines } = await run('send', '--chat', '0', '--user', '1', '--', '--colour')
    expect(lines).toEqual(['chatws: --chat: must be a positive whole number, not "0"'])
  })

  const flags = Object.entries(CONFIG_SECTIONS)
    .filter(([command]) => command !== 'db')
    .flatMap(([command, schema]) =>
      describeOptions(schema).flatMap(({ name, meta }) => {
        const form = fileForm(name, meta)
        const own = meta.flag.includes(' ') ? [meta.flag.split(' ')[0]!] : []
        return [...own, ...(form ? [form.flag] : []), '--config'].map((flag) => [command, flag])
      }),
    )
  it.each(flags)('names a flag without its value: chatws %s %s', async (command, flag) => {
    const argument = command === 'bench' ? ['smoke'] : []
    const { exitCode, lines } = await run(command!, ...argument, flag!)
    expect(exitCode).toBe(2)
    expect(lines).toContain(`chatws: ${flag}: needs a value`)
  })

  it('ends a command without options at the first', async () => {
    const { exitCode, lines } = await run('completion', '--colour')
    expect(exitCode).toBe(2)
    expect(lines[0]).toBe("error: unknown option '--colour'")
  })
})
