import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeAt } from '../../../src/tui/editor/completion.ts'
import { completePath } from '../../../src/tui/editor/path-completion.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-paths-'))
  mkdirSync(join(folder, 'pictures'))
  for (const name of ['photo one.png', 'photo.png', '.hidden', 'pictures/a\nb.png'])
    writeFileSync(join(folder, name), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const complete = (begun: string) => completePath(begun, (path) => path.replace(/^~/, folder))

describe('completePath', () => {
  it.each([
    ['~', ['~/']],
    ['~/', ['~/photo one.png', '~/photo.png', '~/pictures/']],
    ['~/pi', ['~/pictures/']],
    ['~/photo o', ['~/photo one.png']],
    ['~/.', ['~/.hidden']],
    ['~/pictures/', ['~/pictures/a\nb.png']],
    ['~/none/', []],
    ['~/x', []],
  ])('of %j', (begun, paths) => {
    expect(complete(begun)).toEqual(paths)
  })

  it('all that follows /upload is one path, spaces included', () => {
    const sources = { userIds: () => [], nameOf: String, chatLabels: () => [], paths: complete }
    const line = '/upload ~/photo o'
    expect(completeAt(line, line.length, sources)).toEqual({
      start: '/upload '.length,
      candidates: [{ text: '~/photo one.png', label: '~/photo one.png' }],
    })
  })
})
