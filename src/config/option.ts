import { z } from 'zod'

/** Where an option of a command can be set, and what it does. */
export interface OptionMeta {
  /** As commander reads it: `--port <number>`. */
  readonly flag: string
  /** The environment variable, for an option that has one. */
  readonly env?: string
  /** One of chatws's own, which counts before a variable that others read, too. */
  readonly preferredEnv?: string
  readonly description: string
  /** What its `--no-…` does, for one that is on unless that is given. */
  readonly without?: string
  /** Whether its value must never be shown. */
  readonly isSecret?: boolean
  /** Whether it may be given by the name of a file that holds it; every secret may. */
  readonly mayStandInFile?: boolean
}

/** The variables of an option, the one that counts first before the other. */
export function variablesOf({ preferredEnv, env }: OptionMeta): string[] {
  return [preferredEnv, env].filter((name) => name !== undefined)
}

/** How an option is given by a file that holds it; undefined where it cannot be. */
export function fileForm(name: string, meta: OptionMeta) {
  const { flag, isSecret, mayStandInFile } = meta
  if (!isSecret && !mayStandInFile) return undefined
  const word = flag.split(' ')[0]!
  return {
    name: `${name}File`,
    flag: `${word}-file`,
    envs: variablesOf(meta).map((env) => `${env}_FILE`),
    description: `file that holds ${word}`,
  }
}

/**
 * Whether Kubernetes set a variable, which it does in each pod for a Service named `chatws`:
 * `CHATWS_PORT=tcp://10.96.12.7:3004`, `CHATWS_SERVICE_HOST=10.96.12.7`.
 */
export function isOfKubernetes(name: string, value = ''): boolean {
  const isAddress = name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value)
  return isAddress || /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name)
}

const metas = z.registry<OptionMeta>()

/** Attaches to the schema of an option where it can be set; the default stands in the schema. */
export function option<S extends z.ZodType>(schema: S, meta: OptionMeta): S {
  metas.add(schema, meta)
  return schema
}

/** The options of a command: name (camelCase) → what was attached, and the default if any. */
export function describeOptions(
  schema: z.ZodObject,
): { name: string; meta: OptionMeta; defaultValue: unknown }[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const meta = metas.get(field as z.ZodType)
    if (!meta) throw new TypeError(`option ${name} was not made with option()`)
    const parsed = (field as z.ZodType).safeParse(undefined)
    return { name, meta, defaultValue: parsed.success ? parsed.data : undefined }
  })
}

/** A number, given as one or as its decimal text. */
export function numeric(number: z.ZodNumber) {
  return z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    number,
  )
}

/** A yes or no, given as one or as the text of an environment variable. */
export function yesOrNo() {
  return z.preprocess(
    (value) => (typeof value === 'string' ? (YES_OR_NO.get(value.toLowerCase()) ?? value) : value),
    z.boolean('must be true or false'),
  )
}

const YES_OR_NO = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** A list, given as one or as text with commas. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item),
  )
}
