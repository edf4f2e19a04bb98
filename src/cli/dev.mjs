// `npm run dev`: the server from source and the web app with hot reload, behind one address. What stands
// after `--` are options of `chatws serve`; with CHATWS_URL the web app goes to that server instead.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))
const WEB_PORT = Number(process.env.CHATWS_WEB_PORT ?? 3000)

if (process.env.CHATWS_URL === undefined) process.env.CHATWS_URL = await startServer()
const web = await createServer({
  configFile: `${root}src/web/vite.config.ts`,
  server: { port: WEB_PORT },
})
await web.listen()
console.log(`\n  chatws is at ${web.resolvedUrls.local[0]}\n`)

/** Starts the server, anew whenever its sources change; resolves to its address over HTTP. */
function startServer() {
  const server = spawn(
    process.execPath,
    [
      ...['--watch', '--watch-preserve-output', '--import', 'tsx', '--conditions', 'chatws-source'],
      ...['bin/chatws.js', 'serve', '--log-level', 'warn', ...process.argv.slice(2)],
    ],
    { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
  )
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      server.kill(signal)
      void web?.close()
    })
  server.on('exit', (code) => process.exit(code ?? 0))
  return new Promise((resolve) => {
    server.on('message', ({ event, url }) => {
      if (event === 'listening') resolve(url.replace(/^ws/, 'http'))
    })
  })
}
