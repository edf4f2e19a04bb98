import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { CONFIG_SECTIONS } from '../src/config/config-file.ts'
import { describeOptions, fileForm } from '../src/config/option.ts'
import { ServeConfig } from '../src/config/serve-config.ts'
import { variablesOfCommand } from '../src/config/unknown-variables.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const sections = Object.values(CONFIG_SECTIONS) as z.ZodObject[]
const options = sections
  .flatMap(describeOptions)
  .flatMap(({ name, meta }) => [meta, fileForm(name, meta) ?? meta])
const variables = new Set(sections.flatMap(variablesOfCommand)).add('CHATWS_CONFIG')
/** The flags of commands that take no place in a configuration, too. */
const allFlags = readdirSync(new URL('../src/config/', import.meta.url)).flatMap((name) =>
  [...read(`src/config/${name}`).matchAll(/flag: '(--[a-z-]+)/g)].map(([, flag]) => flag!),
)

const flags = new Set(
  options
    .map(({ flag }) => flag.split(' ')[0]!)
    .concat('--config', '--print-config', '--help', '--version', ...allFlags),
)

it.each([
  'deploy/chatws.service',
  'deploy/Dockerfile',
  'deploy/compose.yaml',
  'docs/operations.md',
])('every variable that %s sets is one that chatws reads', (file) => {
  const named = read(file).match(/\bCHATWS_[A-Z_]+\b/g) ?? []
  expect(named).not.toEqual([])
  expect(named.filter((name) => !variables.has(name))).toEqual([])
})

it.each(['docs/operations.md', 'README.md'])('every flag in the tables of %s exists', (file) => {
  const named = [...read(file).matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag!)
  expect(named.length).toBeGreaterThan(5)
  const others = ['--data-only']
  // What is on unless it is said otherwise is switched off by `--no-…`.
  const exists = (flag: string) => flags.has(flag) || flags.has(flag.replace('--no-', '--'))
  expect(named.filter((flag) => !exists(flag) && !others.includes(flag))).toEqual([])
})

it('the container and the unit run the program of the package', () => {
  const { bin } = JSON.parse(read('package.json'))
  for (const file of ['deploy/chatws.service', 'deploy/Dockerfile'])
    expect(read(file)).toContain(`/lib/node_modules/chatws/${bin.chatws}`)
})

it('the container listens where its health check and its port say', () => {
  const dockerfile = read('deploy/Dockerfile')
  const port = String(ServeConfig.shape.port.parse(undefined))
  expect(dockerfile).toContain(`CHATWS_PORT=${port}`)
  expect(dockerfile).toContain(`EXPOSE ${port}`)
  expect(dockerfile).toContain(`http://127.0.0.1:${port}/readyz`)
})

it('nginx takes the largest file that the server does', () => {
  const [, megabytes] = /client_max_body_size (\d+)m;/.exec(read('deploy/nginx.conf'))!
  const largest = ServeConfig.shape.uploadMaxBytes.parse(undefined)
  expect(Number(megabytes) * 1024 * 1024).toBeGreaterThan(largest)
})
