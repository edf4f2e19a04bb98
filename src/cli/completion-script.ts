/** A command as a shell completes it. */
export interface CompletedCommand {
  /** Its name and those of the commands it belongs to, `db backup`; empty for the program. */
  readonly path: string
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly CompletedOption[]
  /** What its argument is, if it has one. */
  readonly argument: CompletedValue
}

/** What a word may be: nothing, one of some words, a file, or anything. */
export type CompletedValue = 'none' | 'file' | 'any' | readonly string[]

export interface CompletedOption {
  /** With its dashes: `--port`. */
  readonly flag: string
  readonly summary: string
  /** What follows it. */
  readonly value: CompletedValue
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The script that teaches a shell to complete `chatws`; it starts no process while one types. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return SCRIPTS[shell](commands)
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Sets `at` to the command that the words before the cursor name: works in bash and zsh. */
function pathLoop(words: string, commands: readonly CompletedCommand[]): string {
  const paths = commands.map(({ path }) => path).filter((path) => path !== '')
  return `  local at='' word
  for word in ${words}; do
    case "\${at:+$at }$word" in
      ${paths.map(quoteAlways).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done`
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== 'none')
      .map(
        ({ flag, value }) =>
          `    ${quoteAlways(`${path} ${flag}`)}) ${bashValue(value)}; return ;;`,
      ),
  )
  const words = commands.map(({ path, subcommands, options, argument }) => {
    const all = [
      ...subcommands.map(({ name }) => name),
      ...options.map(({ flag }) => flag),
      ...(Array.isArray(argument) ? argument : []),
    ]
    const files = argument === 'file' ? ' COMPREPLY+=($(compgen -f -- "$cur"));' : ''
    return `    ${quoteAlways(path)}) COMPREPLY=($(compgen -W '${all.join(' ')}' -- "$cur"));${files} ;;`
  })
  return `# bash completion for chatws. Put it where bash looks, or: source <(chatws completion bash)
_chatws() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
${pathLoop(`"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`, commands)}
  COMPREPLY=()
  case "$at $prev" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
}
complete -o filenames -F _chatws chatws
`
}

function bashValue(value: CompletedValue): string {
  if (value === 'any') return ':'
  const words = value === 'file' ? '-f' : `-W '${(value as string[]).join(' ')}'`
  return `COMPREPLY=($(compgen ${words} -- "$cur"))`
}

/** In zsh, of the words before the cursor without the program. */
const ZSH_WORDS = '"$' + '{(@)words[2,CURRENT-1]}"'

function zshScript(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== 'none')
      .map(
        ({ flag, value }) => `    ${quoteAlways(`${path} ${flag}`)}) ${zshValue(value)}; return ;;`,
      ),
  )
  const describe = (entries: readonly (readonly [string, string])[]) =>
    entries
      .map(([word, summary]) => quoteAlways(`${word}:${summary.replaceAll(':', '\\:')}`))
      .join(' ')
  const words = commands.map(({ path, subcommands, options, argument }) => {
    const names = describe(subcommands.map(({ name, summary }) => [name, summary]))
    const flags = describe(options.map(({ flag, summary }) => [flag, summary]))
    const other = argument === 'none' ? '_describe command names' : zshValue(argument)
    return `    ${quoteAlways(path)})
      names=(${names}) flags=(${flags})
      if [[ $PREFIX == -* ]]; then _describe option flags
      else ${other}; fi ;;`
  })
  return `#compdef chatws
# zsh completion for chatws. Write it as _chatws into a folder of $fpath.
_chatws() {
  local -a names flags
  local prev=\${words[CURRENT-1]}
${pathLoop(ZSH_WORDS, commands)}
  case "$at $prev" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
}
# As a file of $fpath this is the body of _chatws itself, called for the first completion.
if [[ $funcstack[1] == _chatws ]]; then _chatws "$@"; else compdef _chatws chatws; fi
`
}

function zshValue(value: CompletedValue): string {
  if (value === 'any') return ':'
  return value === 'file' ? '_files' : `compadd -- ${(value as string[]).join(' ')}`
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, subcommands, options, argument }) => {
    const when = `-n '__chatws_at ${quoteAlways(path).replaceAll("'", "\\'")}'`
    return [
      ...subcommands.map(
        ({ name, summary }) => `complete -c chatws ${when} -f -a ${name} -d ${fishQuote(summary)}`,
      ),
      ...options.map(
        ({ flag, summary, value }) =>
          `complete -c chatws ${when} -l ${flag.slice(2)} ${fishValue(value)}-d ${fishQuote(summary)}`,
      ),
      ...(argument === 'file' ? [`complete -c chatws ${when} -F`] : []),
      ...(Array.isArray(argument) ? [`complete -c chatws ${when} -a '${argument.join(' ')}'`] : []),
    ]
  })
  const paths = commands.map(({ path }) => path).filter((path) => path !== '')
  return `# fish completion for chatws: chatws completion fish > ~/.config/fish/completions/chatws.fish
function __chatws_at
  set -l path
  for word in (commandline -opc)[2..]
    contains -- (string trim "$path $word") ${paths.map(fishQuote).join(' ')}
    and set path (string trim "$path $word")
  end
  test "$path" = "$argv[1]"
end
complete -c chatws -f
${lines.join('\n')}
`
}

function fishValue(value: CompletedValue): string {
  if (value === 'none') return ''
  if (value === 'file') return '-r -F '
  return value === 'any' ? '-x ' : `-x -a '${(value as string[]).join(' ')}' `
}

function quoteAlways(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
