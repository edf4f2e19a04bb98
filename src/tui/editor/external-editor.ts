import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Has the user change a text in $VISUAL or $EDITOR, by default vi; resolves to the changed text,
 * without the line end that editors put at the end. Rejects when the editor cannot be started or
 * fails.
 */
export async function editExternally(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const editor = env.VISUAL || env.EDITOR || 'vi'
  const folder = mkdtempSync(join(tmpdir(), 'chatws-'))
  const file = join(folder, 'message.txt')
  try {
    writeFileSync(file, text, { mode: 0o600 })
    await runShell(`${editor} '${file}'`, editor)
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Through a shell, because $EDITOR may have arguments (`code --wait`). */
function runShell(command: string, editor: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${editor} ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}
