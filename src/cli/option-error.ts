import { ChatwsError, type ErrorCode } from '../protocol/error.ts'

/** What is wrong with the value of one option. */
interface OptionProblem {
  /** Its name: `databaseUrl`. */
  readonly option: string
  readonly message: string
}

/**
 * Values of options that turn out wrong when they are used. `runWithConfig` makes the error of it that
 * is told: a line for each, which names where the value is from.
 */
export class OptionError extends ChatwsError {
  readonly problems: readonly OptionProblem[]

  constructor(
    problems: readonly OptionProblem[],
    { code = 'USAGE', cause }: { code?: ErrorCode; cause?: unknown } = {},
  ) {
    super(code, problems.map(({ option, message }) => `${option}: ${message}`).join('\n'), {
      cause,
    })
    this.problems = problems
  }
}

/** Uses the value of an option; what is wrong usage then is a problem of that option. */
export function usingOption<T>(option: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (!(error instanceof ChatwsError) || error.code !== 'USAGE' || error instanceof OptionError)
      throw error
    throw new OptionError([{ option, message: error.message }], { cause: error })
  }
}
