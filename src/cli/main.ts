import { type Command, CommanderError } from 'commander'
import { ChatwsError } from '../protocol/error.ts'
import { escapeUnsafe } from '../protocol/escape-unsafe.ts'
import type { Host } from './host.ts'
import { OutputWatch } from './output-watch.ts'
import { packageVersion } from './package-version.ts'
import { UsageCommand } from './usage-command.ts'

/** Runs a command with its arguments and flags; what it resolves to is the exit code. */
export type Run = (...args: never[]) => Promise<number>

/**
 * Adds a command's options and help to `command` and returns what runs it: one function, or for
 * a command with commands of its own, one for each of those.
 * @param loadProgram makes the program anew with every command in full
 */
export type DefineCommand = (
  command: Command,
  host: Host,
  loadProgram: () => Promise<Command>,
) => Run | ReadonlyMap<Command, Run>

/** Subcommand → its line in the help, and its module, loaded only when it is named. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<DefineCommand> }> = {
  serve: {
    summary: 'run the presence and messaging server',
    load: async () => (await import('./serve.ts')).defineServe,
  },
  token: {
    summary: 'make a token to try authentication with',
    load: async () => (await import('./token.ts')).defineToken,
  },
  connect: {
    summary: 'chat in the terminal, or from a script',
    load: async () => (await import('./connect.ts')).defineConnect,
  },
  send: {
    summary: 'send one message',
    load: async () => (await import('./send.ts')).defineSend,
  },
  tail: {
    summary: 'print the messages of a chat as they come',
    load: async () => (await import('./tail.ts')).defineTail,
  },
  bench: {
    summary: 'load-test a server and audit every delivery',
    load: async () => (await import('./bench.ts')).defineBench,
  },
  db: {
    summary: 'look after the database: status, backup, prune, export, erase, audit …',
    load: async () => (await import('./db.ts')).defineDb,
  },
  config: {
    summary: 'describe configuration files to editors',
    load: async () => (await import('./config.ts')).defineConfig,
  },
  doctor: {
    summary: 'check that a server can run here, and say what to do',
    load: async () => (await import('./doctor.ts')).defineDoctor,
  },
  completion: {
    summary: 'print a script that completes commands in a shell',
    load: async () => (await import('./completion.ts')).defineCompletion,
  },
}

const EXAMPLES = `
Examples:
  chatws serve                            a server on port 3004, messages in ./chatws.db
  chatws connect --user 123               chat as user 123
  chatws send --user 123 --chat 1 "Done"  one message from a script
  chatws bench 500-users                  500 users against a server of its own
  chatws doctor                           what a server would miss here

Run "chatws <command> --help" for a command's options.`

/** Exit codes that every command shares; a command's own are in its help. */
const EXIT = { ok: 0, failed: 1, usage: 2 }

/**
 * Runs the command line without the program's name; returns the exit code once all that was
 * written is out.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const output = new OutputWatch(host)
  const watched = { ...host, abandonOutput: () => output.abandon() }
  return output.finish(await run(argv, watched))
}

async function run(argv: readonly string[], host: Host): Promise<number> {
  let exitCode = EXIT.ok
  const named = argv.find((argument) => Object.hasOwn(COMMANDS, argument))
  const program = await loadProgram(host, {
    isWanted: (name) => name === named,
    onExit: (code) => {
      exitCode = code
    },
  })
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, host)
  }
}

interface LoadOptions {
  /** Whether a command is loaded; the others are in the help only. */
  readonly isWanted: (name: string) => boolean
  readonly onExit: (code: number) => void
}

async function loadProgram(host: Host, { isWanted, onExit }: LoadOptions): Promise<Command> {
  const program = createProgram(host)
  const loadAll = () => loadProgram(host, { isWanted: () => true, onExit })
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(summary)
    if (!isWanted(name)) continue
    const defined = (await load())(command, host, loadAll)
    const runs = typeof defined === 'function' ? new Map([[command, defined]]) : defined
    for (const [runnable, run] of runs)
      runnable.action(async (...args) => onExit(await run(...(args as never[]))))
  }
  return program
}

function createProgram(host: Host): Command {
  return new UsageCommand('chatws')
    .description('WebSocket presence and messaging: server, terminal client and load tester')
    .version(packageVersion(), '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES)
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text.split('\n').map(escapeUnsafe).join('\n')),
    })
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)')
}

/** The only place where an error becomes text and an exit code. */
function report(error: unknown, host: Host): number {
  // Commander has already written its own, help included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (!(error instanceof ChatwsError)) {
    const text = error instanceof Error ? error.stack : String(error)
    writeLines(`internal error, please report it: ${text}`, host)
    return EXIT.failed
  }
  writeLines(error.message, host)
  return error.code === 'USAGE' || error.code === 'INVALID_SCENARIO' ? EXIT.usage : EXIT.failed
}

/** Whatever a server or a file has put into an error, nothing of it drives the terminal. */
function writeLines(text: string, { stderr }: Host): void {
  for (const line of text.split('\n')) stderr.write(`chatws: ${escapeUnsafe(line)}\n`)
}
