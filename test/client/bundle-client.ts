import { rolldown } from 'rolldown'

const CLIENT = new URL('../../src/client/browser.ts', import.meta.url).pathname

/** A file of a bundle. */
export interface BundledFile {
  readonly name: string
  readonly code: string
  /** Whether it is loaded with the first one, `client.js`; others are loaded when they are needed. */
  readonly isFirst: boolean
}

/** What a bundler makes of the client for browsers, for an app that takes these names of it. */
export async function bundleClient(names: string, minify = false): Promise<BundledFile[]> {
  const bundle = await rolldown({
    input: 'app',
    platform: 'browser',
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === 'app' ? id : undefined),
        load: (id) => (id === 'app' ? `export ${names} from ${JSON.stringify(CLIENT)}` : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({
    ...{ format: 'esm', minify },
    ...{ entryFileNames: 'client.js', chunkFileNames: '[name].js' },
  })
  await bundle.close()
  const chunks = output.filter((file) => file.type === 'chunk')
  const first = new Set(['client.js'])
  for (const name of first)
    for (const loaded of chunks.find(({ fileName }) => fileName === name)!.imports)
      first.add(loaded)
  return chunks.map(({ fileName: name, code }) => ({ name, code, isFirst: first.has(name) }))
}
