import { z } from 'zod'
import { CONFIG_SECTIONS } from './config-file.ts'
import { describeOptions, fileForm } from './option.ts'

type JsonSchema = Record<string, unknown>

/** The JSON Schema of configuration files, as text. */
export function configJsonSchema(): string {
  const sections = Object.entries(CONFIG_SECTIONS).map(([name, schema]) => [
    name,
    {
      description: `What "chatws ${name}" is told`,
      ...object(sectionProperties(schema as z.ZodObject)),
    },
  ])
  const file = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration of chatws',
    ...object({ $schema: { type: 'string' }, ...Object.fromEntries(sections) }),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

function object(properties: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: false, properties }
}

function sectionProperties(section: z.ZodObject): JsonSchema {
  const properties = describeOptions(section).flatMap(({ name, meta, defaultValue }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(section.shape[name] as z.ZodType, {
      // What is read as text, too, is best written as what it is read as.
      io: 'output',
      unrepresentable: 'any',
    })
    // The default of what is read into something else is not what would be written.
    const isWritten = 'type' in schema && defaultValue !== undefined
    const found = isWritten ? { default: defaultValue } : {}
    const held = fileForm(name, meta)
    return [
      [name, { description: meta.description, ...schema, ...found }],
      ...(held ? [[held.name, { description: held.description, type: 'string' }]] : []),
    ]
  })
  return Object.fromEntries(properties)
}
