import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'

const page = readFileSync(new URL('../../src/web/test-online-status.html', import.meta.url), 'utf8')

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const at = (path: string) => `http://127.0.0.1:${server.port}${path}`

test.each(['/', '/test-online-status.html', '/?userId=1'])('GET %s is the page', async (path) => {
  const response = await fetch(at(path))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await response.text()).toBe(page)
})

test.each(['/nothing', '/index.html', '/../package.json', '/%2e%2e/package.json', '/src'])(
  'GET %s is not found',
  async (path) => {
    const response = await fetch(at(path))
    await response.text()
    expect(response.status).toBe(404)
  },
)

test.each(['POST', 'PUT', 'DELETE'])('%s / is not found', async (method) => {
  const response = await fetch(at('/'), { method })
  await response.text()
  expect(response.status).toBe(404)
})
