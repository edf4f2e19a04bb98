import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const text = readFileSync(new URL('../../dist/bundle/LICENSES.txt', import.meta.url), 'utf8')
const packages = text.split(`\n\n${'-'.repeat(80)}\n\n`).map((part) => {
  const [title = '', ...lines] = part.split('\n')
  return { title, licence: lines.join('\n').trim() }
})

/** A sentence that the text of each licence has. */
const GRANTS =
  /Permission is hereby granted|Permission to use, copy|Redistribution and use|Grant of Copyright License|free and unencumbered|All Creative Works dedicated|Blue Oak|Apache License, Version 2.0/i

it('the bundle comes with the text of the licence of each package in it, not its name', () => {
  expect(packages.length).toBeGreaterThan(100)
  for (const { title, licence } of packages) {
    expect(title).toMatch(/^(@[\w.-]+\/)?[\w.-]+ \d+\.\d+\.\d+/)
    expect(licence, title).toMatch(GRANTS)
    expect(licence.length, title).toBeGreaterThan(400)
  }
})
