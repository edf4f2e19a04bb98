import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder as a build of a web app leaves it; the caller removes it. */
export function createWebFolder(files: Readonly<Record<string, string>> = WEB_APP) {
  const folder = mkdtempSync(join(tmpdir(), 'chatws-web-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** Path → content; the page says what came of loading the rest. */
export const WEB_APP = {
  'index.html':
    '<!doctype html><html lang="en"><title>app</title><link rel="icon" href="data:,"><link rel="stylesheet" href="./assets/app-a1b2c3d4.css">' +
    '<script type="module" src="./assets/app-a1b2c3d4.js"></script><p id="said">nothing</p></html>',
  'assets/app-a1b2c3d4.js': [
    `// ${'A comment that is worth packing. '.repeat(40)}`,
    "const said = document.querySelector('#said')",
    "const config = await (await fetch(new URL('api/config', document.baseURI))).json()",
    "const socketUrl = new URL('ws?userId=1', document.baseURI).href.replace('http', 'ws').replace(/#.*/, '')",
    'const socket = new WebSocket(socketUrl)',
    "const frame = await new Promise((resolve) => { socket.addEventListener('message', resolve) })",
    "said.textContent = [config.auth, JSON.parse(frame.data).type].join(' ')",
    "try { said.innerHTML = '<b>sink</b>' } catch (error) { said.title = error.name }",
  ].join('\n'),
  'assets/app-a1b2c3d4.css': 'p { color: rgb(1, 2, 3) }',
  'assets/dot.png': 'not packed',
  'widget.js': 'void 0',
  'sw.js': 'void 0',
  '.secret/token.txt': 'hidden',
}
