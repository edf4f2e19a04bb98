import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { MergeConfig } from '../../src/config/bench-config.ts'
import { CONFIG_SECTIONS } from '../../src/config/config-file.ts'
import { DbPruneConfig, DbResultConfig } from '../../src/config/db-config.ts'
import { DoctorConfig } from '../../src/config/doctor-config.ts'
import { describeOptions } from '../../src/config/option.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import { parseClientFrame } from '../../src/protocol/parse-client-frame.ts'

/** Words that a schema library has where ours has none. */
const RAW = /Invalid|expected|received|Unrecognized|Too (small|big)/

const WRONG = [null, true, 0, -1, 17.5, 1e300, '', 'x', '\u0000', [], [null], [''], {}, { a: 1 }]

const schemas: Record<string, z.ZodObject> = {
  ...CONFIG_SECTIONS,
  ...{ merge: MergeConfig, prune: DbPruneConfig, db: DbResultConfig, doctor: DoctorConfig },
}

/** What a command says of values in its section of a configuration file. */
function complaint(schema: z.ZodObject, values: object): string {
  try {
    resolveConfig(schema, { flags: {}, env: {}, file: [{ origin: 'f', values: { ...values } }] })
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe.each(Object.entries(schemas))('%s', (_, schema) => {
  it.each(describeOptions(schema).map(({ name }) => name))(
    '%s: is refused in words of ours',
    (name) => {
      const complaints = WRONG.map((value) => complaint(schema, { [name]: value }))
      expect(complaints.join('\n')).toContain(`f.${name}: `)
      expect(complaints.filter((text) => RAW.test(text))).toEqual([])
    },
  )

  it('refuses whatever is required in words of ours', () => {
    expect(complaint(schema, {})).not.toMatch(RAW)
  })
})

it.each(Object.entries(CLIENT_FRAMES))(
  'a wrong %s is answered in words of ours',
  (type, { schema }) => {
    const answers = Object.keys((schema as z.ZodObject).shape ?? {})
      .filter((key) => key !== 'type')
      .flatMap((key) =>
        WRONG.map((value) =>
          JSON.stringify(parseClientFrame(JSON.stringify({ type, [key]: value }))),
        ),
      )
    expect(answers.filter((text) => RAW.test(text))).toEqual([])
  },
)
