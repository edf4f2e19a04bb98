import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { fetchKeySet } from '../../../src/server/auth/key-set.ts'

it('userinfo in the URL of the keys is told as a header, and in no error', async () => {
  const seen: (string | undefined)[] = []
  const http = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`)
    response.end('{"keys":[]}')
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const url = `http://u:secret@127.0.0.1:${port}/keys.json?a=b`
  expect(await fetchKeySet(url)).toEqual({ keys: [] })
  expect(seen).toEqual([`/keys.json?a=b Basic ${Buffer.from('u:secret').toString('base64')}`])
  http.close()
  await new Promise((resolve) => http.on('close', resolve))
  const failure = await fetchKeySet(url).catch(String)
  expect(failure).not.toContain('secret')
})
