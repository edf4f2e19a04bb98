import type { z } from 'zod'

/** What is wrong with an option because of what others are. */
export interface Contradiction {
  readonly option: string
  readonly message: string
  /** The options whose values make it wrong, itself where its own is worth telling. */
  readonly because: readonly string[]
}

/**
 * A command's options with what they must not be together. That is looked for beside values that
 * are wrong alone, so `find` may meet such; what it says of one of those is not told.
 */
export function withoutContradictions<S extends z.ZodObject>(
  schema: S,
  find: (config: z.output<S>) => readonly Contradiction[],
): S {
  return schema.superRefine(
    (config, context) => {
      const wrong = new Set(context.issues.map(({ path }) => path?.[0]))
      for (const { option, message, because } of find(config as z.output<S>))
        if (![option, ...because].some((name) => wrong.has(name)))
          context.addIssue({ code: 'custom', path: [option], message, params: { because } })
    },
    { when: () => true },
  )
}

/** The options that an issue says are the reason; undefined for one of a single value. */
export function reasonsOf(issue: z.core.$ZodIssue): readonly string[] | undefined {
  return issue.code === 'custom' ? issue.params?.because : undefined
}
