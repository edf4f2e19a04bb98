// Run by npm once the package's own dependencies are installed: builds, unless that is done already.
// The script is `postprepare`: whoever installs a package that has a `prepare` is warned of it.
import { execSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What the build is made from. */
const SOURCES = ['src', 'prisma', 'package.json', 'package-lock.json', 'tsconfig.json']

/** The last file that the build writes. */
const BUILT = join(root, 'dist/bundle/LICENSES.txt')

const newest = Math.max(...SOURCES.map((name) => changedMs(join(root, name))))
if (!existsSync(BUILT) || statSync(BUILT).mtimeMs < newest)
  execSync('npm run build', { cwd: root, stdio: 'inherit' })

/** When a file, or anything in a folder, was changed last. */
function changedMs(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const inside = readdirSync(path).map((name) => changedMs(join(path, name)))
  return Math.max(stat.mtimeMs, ...inside)
}
