import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'

const ROOT = new URL('../../', import.meta.url).pathname

/** The examples of docs/react.md, in their order, each a module whose default is a component. */
export const EXAMPLES = Array.from(
  readFileSync(join(ROOT, 'docs/react.md'), 'utf8').matchAll(/^```tsx\n([\s\S]*?)^```$/gm),
  ([, source]) => {
    const name = /export default function (\w+)/.exec(source!)?.[1] ?? ''
    return { name, source: source! }
  },
)

/** The server that the page came from; on a server, none. */
const URL_OF_SERVER = "(globalThis.location ? 'ws://' + location.host : 'ws://127.0.0.1:9')"

/** All examples by name, each where its provider is; the first one has its own. */
const TABLE = `
${EXAMPLES.map(({ name }) => `import ${name} from 'example:${name}'`).join('\n')}
import { StrictMode, createElement } from 'react'
import { ChatwsProvider, createChat } from 'chatws/react'
export const chat = createChat({ url: ${URL_OF_SERVER}, userId: 1 })
const within = (Example) => createElement(ChatwsProvider, { chat }, createElement(Example))
export const examples = {
${EXAMPLES.map(({ name }, i) => `  ${name}: () => ${i === 0 ? `createElement(${name})` : `within(${name})`},`).join('\n')}
}
export const strict = (name) => createElement(StrictMode, null, examples[name]())
`

const ENTRIES = {
  server: `
import { renderToString } from 'react-dom/server'
import { examples, strict } from 'example:all'
export const render = () => Object.fromEntries(Object.keys(examples).map((name) => [name, renderToString(strict(name))]))
`,
  browser: `
import { hydrateRoot } from 'react-dom/client'
import { chat, examples, strict } from 'example:all'
const complain = (error) => console.error(error)
globalThis.chat = chat
globalThis.roots = Object.fromEntries(Object.keys(examples).map((name) =>
  [name, hydrateRoot(document.getElementById(name), strict(name), { onRecoverableError: complain })]))
`,
}

/** The examples in one script, over the sources. */
export async function bundleExamples(entry: keyof typeof ENTRIES): Promise<string> {
  const modules: Readonly<Record<string, string>> = {
    [entry]: ENTRIES[entry],
    'example:all': TABLE,
    ...Object.fromEntries(EXAMPLES.map(({ name, source }) => [`example:${name}`, source])),
  }
  const bundle = await rolldown({
    input: entry,
    platform: entry === 'server' ? 'node' : 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    checks: { bundlerTimings: false },
    logLevel: 'silent',
    plugins: [
      {
        name: 'examples',
        resolveId: (id) => {
          if (id in modules) return `${ROOT}${id}.tsx`
          if (id === 'chatws/react') return `${ROOT}src/react/react.ts`
          return undefined
        },
        load: (id) => {
          const source = modules[id.slice(ROOT.length, -'.tsx'.length)]
          return source?.replaceAll("'ws://127.0.0.1:3004'", URL_OF_SERVER)
        },
      },
    ],
  })
  const { output } = await bundle.generate({ codeSplitting: false })
  await bundle.close()
  return output[0].code
}

/** Name of an example → what a server sends of it. */
export async function renderExamples(): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-examples-'))
  try {
    const file = join(folder, 'server.mjs')
    writeFileSync(file, await bundleExamples('server'))
    return (await import(pathToFileURL(file).href)).render()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the compiler has to say against the examples; empty where they are right. */
export async function typeErrors(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-examples-'))
  const types = join(ROOT, 'node_modules/@types')
  const config = {
    extends: join(ROOT, 'test/tsconfig.json'),
    compilerOptions: {
      rootDir: '/',
      typeRoots: [types],
      paths: {
        'chatws/react': [join(ROOT, 'src/react/react.ts')],
        react: [join(types, 'react/index.d.ts')],
        'react/jsx-runtime': [join(types, 'react/jsx-runtime.d.ts')],
      },
    },
    include: ['*.tsx'],
  }
  try {
    for (const { name, source } of EXAMPLES) writeFileSync(join(folder, `${name}.tsx`), source)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), [
      ...['-p', folder],
    ]).catch((error: { stdout: string }) => error)
    return stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
