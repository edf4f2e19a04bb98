import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import { PNG } from '../support/sample-files.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

const MAX_BYTES = 300_000

let server: TestServer
beforeAll(async () => {
  server = await startServer({ uploads: { maxBytes: MAX_BYTES } })
})
afterAll(() => server.close())

const clientOf = (userId: number, url = server.url, token?: string) =>
  createChatClient({ url, userId, ...(token !== undefined && { token }) })

const png = new Blob([PNG as BlobPart])

describe('ChatClient.upload', () => {
  it('a file is kept for the user, who can send it, and comes back as it was', async () => {
    const client = clientOf(1)
    client.connect()
    const file = await client.upload(png, 'photo.png')
    expect(file).toMatchObject({ file_type: 'image/png', size_bytes: PNG.length })
    await client.send({
      ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'Look' },
      ...{ file_type: file.file_type, file_paths: file.path },
    })
    const fetched = await fetch(client.fileUrl(file.path)!)
    expect(Buffer.from(await fetched.arrayBuffer())).toEqual(PNG)
    client.close()
  })

  it('progress is told in bytes of the file, up to all of them', async () => {
    const told: number[] = []
    const text = new Blob(['x'.repeat(200_000)])
    const file = await clientOf(1).upload(text, 'long.txt', { onProgress: (n) => told.push(n) })
    expect(file).toMatchObject({ file_type: 'text/plain', size_bytes: 200_000 })
    expect(told.at(-1)).toBe(200_000)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })

  it.each([
    ['a type that is not taken', new Blob([new Uint8Array(5_000)]), 'UNSUPPORTED_TYPE'],
    ['an empty file', new Blob([]), 'INVALID_REQUEST'],
    ['a file that is too large', new Blob(['x'.repeat(MAX_BYTES + 1)]), 'TOO_LARGE'],
    ['one that is much too large', new Blob(['x'.repeat(20 * MAX_BYTES)]), 'TOO_LARGE'],
  ])('%s is refused as the server says', async (_, file, code) => {
    await expect(clientOf(1).upload(file, 'file')).rejects.toMatchObject({ code })
    const onProgress = () => {}
    await expect(clientOf(1).upload(file, 'file', { onProgress })).rejects.toMatchObject({ code })
  })

  it('a server that takes no files is told as one', async () => {
    const other = await startServer()
    await expect(clientOf(1, other.url).upload(png, 'photo.png')).rejects.toThrow(
      'This server takes no files',
    )
    await other.close()
  })

  it('a server that is not there is told as one', async () => {
    const gone = await startServer()
    await gone.close()
    await expect(clientOf(1, gone.url).upload(png, 'photo.png')).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('the token goes in a header, and to no other server', async () => {
    const seen: (string | undefined)[] = []
    const http = createServer((request, response) => {
      seen.push(request.headers.authorization)
      request.resume()
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const client = clientOf(1, `ws://127.0.0.1:${port}`, 'a.b.c')
    await expect(client.upload(png, 'photo.png')).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(seen).toEqual(['Bearer a.b.c'])
    http.close()
  })

  it('it can be given up', async () => {
    const signal = AbortSignal.abort(new Error('changed my mind'))
    await expect(clientOf(1).upload(png, 'photo.png', { signal })).rejects.toThrow('my mind')
  })

  it('a closed client uploads nothing', async () => {
    const client = clientOf(1)
    client.close()
    await expect(client.upload(png, 'photo.png')).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  })
})

describe('ChatClient.fileUrl', () => {
  it.each([
    ['ws://127.0.0.1:3004', 'http://127.0.0.1:3004/uploads/0a.png'],
    ['wss://chat.example.org/?region=eu', 'https://chat.example.org/uploads/0a.png'],
    ['WSS://chat.example.org/team/', 'https://chat.example.org/team/uploads/0a.png'],
    ['wss://chat.example.org/team', 'https://chat.example.org/team/uploads/0a.png'],
    ['wss://chat.example.org/team/ws/', 'https://chat.example.org/team/ws/uploads/0a.png'],
    ['wss://u:p@chat.example.org/team?a=b', 'https://chat.example.org/team/uploads/0a.png'],
  ])('beside %s it is %s', (url, fileUrl) => {
    expect(clientOf(1, url).fileUrl('uploads/0a.png')).toBe(fileUrl)
  })

  it.each([
    ...['https://example.org/a.png', 'javascript:alert(1)', 'file:///etc/passwd', '/etc/passwd'],
    ...['uploads/', 'uploads/../api/admin', 'uploads/..', 'uploads/a/b', 'uploads/a?b', ''],
    ...['uploads/%2e%2e', ' uploads/0a.png', 'uploads/-x', 'uploads/a b', 'UPLOADS/0a.png'],
  ])('%j names no file of the server', (path) => {
    expect(clientOf(1).fileUrl(path)).toBe(undefined)
  })
})
