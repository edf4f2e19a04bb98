import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { emojiData } from './emoji/emoji-data-plugin.ts'

/** The chatws server behind `npm run dev`; it and the web app look like one. */
const SERVER = process.env.CHATWS_URL ?? 'http://127.0.0.1:3004'

/** What is the server's, and not a file of the web app. */
const SERVER_PATHS = ['/ws', '/api', '/uploads', '/healthz', '/test-online-status.html']

export default defineConfig({
  root: import.meta.dirname,
  // Works below whatever path a proxy serves it at.
  base: './',
  plugins: [react(), emojiData()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page lets no `data:` script or font in, and files are cached for good.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What is loaded first anyway is one file, however much of it later parts share: it packs better.
          groups: [{ name: nameOfFirst }],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      SERVER_PATHS.map((path) => [path, { target: SERVER, ws: path === '/ws' }]),
    ),
  },
})

interface ModuleGraph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null
}

const MAIN = `${import.meta.dirname}/main.tsx`

/** Modules that the page needs before it shows anything; of one build. */
const first = new WeakMap<ModuleGraph, ReadonlySet<string>>()

function nameOfFirst(moduleId: string, graph: ModuleGraph): string | null {
  let ids = first.get(graph)
  if (!ids) {
    ids = reachedFrom(MAIN, graph)
    first.set(graph, ids)
  }
  return ids.has(moduleId) ? 'app' : null
}

function reachedFrom(start: string, graph: ModuleGraph): ReadonlySet<string> {
  const seen = new Set<string>()
  const left = [start]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    left.push(...(graph.getModuleInfo(id)?.importedIds ?? []))
  }
  return seen
}
