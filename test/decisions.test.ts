import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('../docs/decisions/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')

const files = readdirSync(folder).filter((file) => file !== 'README.md')
const index = [...read('README.md').matchAll(/^\| \[(\d{3})\]\((\S+)\) \| (.+) \| (.+) \|$/gm)].map(
  ([, number, file, title, status]) => ({
    number: number!,
    file: file!,
    title: title!,
    status: status!,
  }),
)

it('the index of decisions lists every file once, in order, under its own title', () => {
  expect(index.map(({ file }) => file)).toEqual(files.sort())
  for (const { number, file, title } of index)
    expect(read(file).split('\n')[0]).toBe(`# ${number} · ${title}`)
})

it('a decision is accepted, or superseded by a later one that the index has', () => {
  const known = index.map(({ number, file }) => `superseded by [${number}](${file})`)
  for (const [place, { status }] of index.entries())
    expect(['accepted', ...known.slice(place + 1)]).toContain(status)
})
