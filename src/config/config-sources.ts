/** What a command was given, by option name and by variable name. */
export interface ConfigSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The sections of the configuration file that count, the first one before the others. */
  readonly file?: readonly ConfigSection[]
}

/** Whose word a value is: that of who runs the command, of a file they name, or of where they are. */
export type ConfigSource = 'flag' | 'variable' | 'file' | 'directory' | 'profile'

/** The part of a configuration file that is one command's. */
export interface ConfigSection {
  /** Names it in messages: `chatws.config.json: serve`. */
  readonly origin: string
  /** By option name. */
  readonly values: Readonly<Record<string, unknown>>
  /** A file that was named unless given. */
  readonly source?: ConfigSource
}

/** An option as it was given, before it was checked. */
export interface GivenOption {
  readonly name: string
  /** Undefined where nothing was given. */
  readonly value: unknown
  /** The flag, variable or place in the file that the value is from; `default` where none is. */
  readonly origin: string
  /** Undefined for a default. */
  readonly source: ConfigSource | undefined
  /** Whether the value is what a file holds that was named in its place. */
  readonly isOfFile: boolean
  /** The flag that sets it. */
  readonly flag: string
  readonly isSecret: boolean
  /** What is wrong with how it was given. */
  readonly problem?: string
}
