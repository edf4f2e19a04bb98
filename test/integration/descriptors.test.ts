import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { PROGRAM } from '../support/program.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'
import { createFolder } from './spawn-serve.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** As many as it takes to load the program, which opens many files at once. */
const DESCRIPTORS = 300

/** The built server in a process that may hold so few descriptors, some of them taken already. */
async function startWith(taken: number) {
  const folder = createFolder()
  cleanups.push(folder.remove)
  const args = ['serve', '--port', '0', '--database-url', `${folder.path}/chat.db`]
  const take =
    taken === 0 ? '' : `for i in {100..${99 + taken}}; do eval "exec $i</dev/null"; done;`
  const command = `ulimit -n ${DESCRIPTORS}; ${take} exec "$@"`
  const child = spawn('bash', ['-c', command, 'bash', process.execPath, PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  cleanups.push(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await until(() => /ws:\/\/\S+/.test(output), 'the server to listen', 20_000)
  const url = /ws:\/\/\S+/.exec(output)![0]
  return { url, port: Number(new URL(url).port), output: () => output, child }
}

test.each([
  ['are kept free', 0],
  ['are really used up', 80],
])('a server whose descriptors %s says what to do, and goes on', async (_, taken) => {
  const { url, port, output, child } = await startWith(taken)
  const raws: RawClient[] = []
  for (let i = 0; i < DESCRIPTORS; i++) raws.push(new RawClient(port))
  await until(() => output().includes('Out of file descriptors'), 'the line in the log')
  expect(output()).toContain(`${DESCRIPTORS} are allowed: raise that with ulimit -n`)
  for (const raw of raws) raw.close()

  let last: WireClient | undefined
  await until(() => {
    if (last?.all('CONNECTION_ESTABLISHED').length) return true
    if (!last || last.socket.readyState === last.socket.CLOSED)
      last = new WireClient(`${url}?userId=1`)
    return false
  }, 'a connection after that')
  last!.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'fine', client_id: 'a' })
  await last!.next('ACK')
  expect(child.exitCode).toBeNull()
})
