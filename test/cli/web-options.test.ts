import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readWebOptions } from '../../src/cli/read-web-options.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ServeConfig } from '../../src/config/serve-config.ts'
import { createWebFolder } from '../support/web-folder.ts'

let webFolder: ReturnType<typeof createWebFolder>
let empty: string
beforeAll(() => {
  webFolder = createWebFolder()
  empty = mkdtempSync(join(tmpdir(), 'chatws-empty-'))
})
afterAll(() => {
  webFolder.remove()
  rmSync(empty, { recursive: true })
})

const read = (flags: Record<string, unknown>) =>
  readWebOptions(resolveConfig(ServeConfig, { flags, env: {} }))

it('--web-folder is read, and its app finds its way by the path', () => {
  const { app } = read({ webFolder: webFolder.folder })
  expect(app?.files.find('/widget.js')).toBeDefined()
  expect(app?.isRoutedByPath).toBe(true)
})

it('--no-web leaves no app', () => {
  expect(read({ web: false }).app).toBeUndefined()
})

it('a folder that holds no app is a problem of its option', () => {
  expect(() => read({ webFolder: empty })).toThrow(`webFolder: ${empty} has no index.html`)
})

it('the origins of the widget are handed on', () => {
  const origins = ['https://shop.example.org']
  expect(read({ web: false }).widgetOrigins).toEqual([])
  expect(read({ webFolder: webFolder.folder, widgetOrigins: origins })).toMatchObject({
    widgetOrigins: origins,
  })
})
