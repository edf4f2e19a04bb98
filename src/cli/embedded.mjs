// Parts of the build that put files of packages into the bundle, smaller than they are installed.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

/**
 * Keeps WebAssembly that a package holds as base64 in a file of its own, a fifth as large: it is
 * unpacked in the time that it takes to read so much source text.
 */
export function packedWasm(folder) {
  const [ending, mark] = ['.wasm-base64.mjs', '\0packed ']
  const require = createRequire(import.meta.url)
  return {
    name: 'packed-wasm',
    resolveId: (id) => (id.endsWith(ending) ? mark + id : undefined),
    async load(id) {
      if (!id.startsWith(mark)) return undefined
      const source = require.resolve(id.slice(mark.length))
      const { wasm } = await import(pathToFileURL(source))
      const name = `${basename(source, ending)}.wasm.br`
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 }
      writeFileSync(join(folder, name), brotliCompressSync(Buffer.from(wasm, 'base64'), { params }))
      return `import { readFileSync } from 'node:fs'
        import { brotliDecompressSync } from 'node:zlib'
        const packed = readFileSync(new URL('./${name}', import.meta.url))
        export const wasm = brotliDecompressSync(packed).toString('base64')`
    },
  }
}

/** Puts what the only function of some modules returns, which is JSON, in the place of their code. */
export function evaluated(modules) {
  return {
    name: 'evaluated',
    async load(id) {
      if (!modules.some((module) => id.endsWith(module))) return undefined
      const [[name, read]] = Object.entries(await import(pathToFileURL(id)))
      const text = JSON.stringify(JSON.stringify(read()))
      return `export const ${name} = () => JSON.parse(${text})`
    },
  }
}

/** Lets the driver of SQLite say what to install where its library for a system is not. */
export function namedLibrary() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is looked for
  const call = 'return require(`@libsql/${target}`);'
  return {
    name: 'named-library',
    load(id) {
      if (!/[/\\]libsql[/\\]index\.js$/.test(id)) return undefined
      const code = readFileSync(id, 'utf8')
      if (!code.includes(call)) throw new Error(`${id} loads its library in another way`)
      return code.replace(
        call,
        `try { ${call} } catch (error) {
          if (error.code !== 'MODULE_NOT_FOUND') throw error
          throw new Error(\`SQLite for this system is not installed: npm install @libsql/\${target}\`)
        }`,
      )
    },
  }
}
