import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../', import.meta.url)

function read(name: string): string {
  return readFileSync(new URL(name, ROOT), 'utf8')
}

/** What a document calls a file, in code or as a link: its path, from where it may be meant. */
function namedFiles(text: string): string[] {
  const inCode = [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.(?:tsx?|mjs|md|json))`/g)]
  const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)]
  return [...inCode, ...links].map(([, path]) => path!)
}

/** Every file and folder of src, tests and the repository's first level, from the root. */
const known = [
  ...readdirSync(ROOT, { encoding: 'utf8' }),
  ...['src', 'test', 'docs', 'perf', 'scenarios', 'prisma'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path}`,
    ),
  ),
]

describe.each(['ARCHITECTURE.md', 'src/tui/README.md'])('%s', (document) => {
  it('names no file that is not there', () => {
    const missing = namedFiles(read(document)).filter(
      (path) =>
        !known.some((file) => file === path || file.endsWith(`/${path.replace(/\/$/, '')}`)),
    )
    expect(missing).toEqual([])
  })
})

describe('the tree of ARCHITECTURE.md', () => {
  const tree = read('ARCHITECTURE.md').match(/## The tree\n\n([\s\S]*?)\n\n## /)![1]!

  it.each(['src', 'src/server', 'src/bench', 'src/storage'])(
    'has a line for each folder of %s',
    (at) => {
      const folders = readdirSync(new URL(at, ROOT), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== 'generated')
        .map(({ name }) => name)
      const lines = at === 'src' ? tree : sectionOf(tree, `${at}/`)
      expect(
        folders.filter((name) => !new RegExp(`(?:^|[\\s/,])${name}/`, 'm').test(lines)),
      ).toEqual([])
    },
  )

  it('names no folder that is not there', () => {
    const named = [...tree.matchAll(/^ {4}(src\/[\w-]+)\//gm)].map(([, path]) => path!)
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
  })
})

/** The lines under a folder's own, which are set in deeper. */
function sectionOf(tree: string, folder: string): string {
  const lines = tree.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`    ${folder}`))
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => !line.startsWith('      '))
  return rest.slice(0, end < 0 ? undefined : end).join('\n')
}
