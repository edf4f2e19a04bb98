import { spawn } from 'node:child_process'
import type { Env } from '../screen/theme.ts'

/** Program and arguments that open a URL, where nobody says otherwise. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens a web address with what the desktop opens it with; resolves once that says that it has.
 * Rejects where it fails, and for anything else: what came over the wire must start no other
 * program, and name no file of this machine.
 */
export function openUrl(text: string, env: Env): Promise<void> {
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  if (!isWeb) return Promise.reject(new Error(`${text} is no web address: it is not opened`))
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  return new Promise((resolve, reject) => {
    // Without a shell, and as parsed: nothing in it can be an option or a command.
    const options = { stdio: 'ignore', detached: true, env } as const
    const child = spawn(program, [...args, new URL(text).href], options)
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`)))
    child.once('spawn', () => child.unref())
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}
