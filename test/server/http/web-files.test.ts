import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { WebFiles } from '../../../src/server/http/web-files.ts'
import { createWebFolder, WEB_APP } from '../../support/web-folder.ts'

const made: { remove: () => void }[] = []
afterEach(() => {
  for (const one of made.splice(0)) one.remove()
})

function folderWith(files?: Record<string, string>): string {
  const created = createWebFolder(files)
  made.push(created)
  return created.folder
}

describe('the files of a web app', () => {
  it('are those of its folder, but for what is hidden or only linked to', () => {
    const folder = folderWith()
    symlinkSync('/etc/hostname', join(folder, 'linked.txt'))
    const files = WebFiles.read(folder)
    const paths = [...Object.keys(WEB_APP), 'linked.txt']
    expect(paths.filter((path) => files.find(`/${path}`) === undefined)).toEqual([
      '.secret/token.txt',
      'linked.txt',
    ])
  })

  it.each(['/', '', '/assets', '/assets/', '/deep/widget.js', '/../widget.js', 'widget.js'])(
    'are not found at %j',
    (path) => {
      expect(WebFiles.read(folderWith()).find(path)).toBeUndefined()
    },
  )

  it('are read once: what changes in the folder later is not seen', async () => {
    const folder = folderWith()
    const files = WebFiles.read(folder)
    writeFileSync(join(folder, 'widget.js'), 'changed')
    writeFileSync(join(folder, 'new.js'), 'new')
    const { content } = await files.find('/widget.js')!.body([])
    expect(content.toString()).toBe(WEB_APP['widget.js'])
    expect(files.find('/new.js')).toBeUndefined()
  })

  it('are packed where that makes them smaller', async () => {
    const files = WebFiles.read(folderWith())
    const script = files.find('/assets/app-a1b2c3d4.js')!
    const text = WEB_APP['assets/app-a1b2c3d4.js']
    const br = await script.body(['br', 'gzip'])
    const gzip = await script.body(['gzip'])
    expect([br.encoding, gzip.encoding]).toEqual(['br', 'gzip'])
    expect(brotliDecompressSync(br.content).toString()).toBe(text)
    expect(gunzipSync(gzip.content).toString()).toBe(text)
    const small = await files.find('/widget.js')!.body(['br'])
    const image = await files.find('/assets/dot.png')!.body(['br'])
    expect([small, image].map(({ encoding }) => encoding)).toEqual([undefined, undefined])
  })

  it('have a tag that changes with their content alone', () => {
    const tagOf = (content: string) =>
      WebFiles.read(folderWith({ 'index.html': content })).index.etag
    expect(tagOf('one')).toBe(tagOf('one'))
    expect(tagOf('one')).not.toBe(tagOf('two'))
  })

  it('are no app without a page, and the folder is named', () => {
    const folder = folderWith({ 'app.js': '' })
    expect(WebFiles.isIn(folder)).toBe(false)
    expect(() => WebFiles.read(folder)).toThrow(
      `${folder} has no index.html: name the folder of a built app`,
    )
  })

  it('cannot be a folder that is not there', () => {
    const missing = join(tmpdir(), 'chatws-no-such-folder')
    expect(WebFiles.isIn(missing)).toBe(false)
    expect(() => WebFiles.read(missing)).toThrow(`${missing} cannot be read: ENOENT`)
  })

  it('are no more than an app has', () => {
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [`${n}.txt`, '']))
    expect(() => WebFiles.read(folderWith(many))).toThrow('has more than 2000 files')
  })
})
