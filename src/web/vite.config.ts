import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { emojiData } from './emoji/emoji-data-plugin.ts'
import { nameOfFirst } from './first-chunk.ts'

/** The chatws server behind `npm run dev`; it and the web app look like one. */
const SERVER = process.env.CHATWS_URL ?? 'http://127.0.0.1:3004'

/** What is the server's, and not a file of the web app. */
const SERVER_PATHS = ['/api', '/uploads', '/healthz', '/test-online-status.html']

const here = (path: string) => `${import.meta.dirname}/${path}`

/** What a browser can begin with. */
const ENTRIES = {
  index: here('index.html'),
  // The page that the script of the widget frames, and that script.
  'widget-page': here('widget.html'),
  widget: here('widget/widget.ts'),
}

/** Entries whose address is part of what is promised. */
const NAMED_ENTRIES = ['widget']

const HAVE_NO_EFFECTS = /\/src\/(react|view|client|protocol)\//

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
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      // Modules of ours that are loaded for what they export do nothing else.
      treeshake: { moduleSideEffects: (id) => !HAVE_NO_EFFECTS.test(id) },
      input: ENTRIES,
      output: {
        entryFileNames: ({ name }) =>
          NAMED_ENTRIES.includes(name) ? '[name].js' : 'assets/[name]-[hash].js',
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: nameOfFirst, debugName: 'first' }],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      ...Object.fromEntries(SERVER_PATHS.map((path) => [path, { target: SERVER }])),
      // The page itself is here; the WebSockets at its address are the server's, but for Vite's own.
      '^/(\\?|$)': {
        target: SERVER,
        ws: true,
        bypass: ({ url, headers }, answer) =>
          answer || headers['sec-websocket-protocol']?.startsWith('vite-') ? url : undefined,
      },
    },
  },
})
