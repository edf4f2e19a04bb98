import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'
import { OrphanCollector } from '../../src/server/uploads/orphan-collector.ts'
import { UploadFolder } from '../../src/server/uploads/upload-folder.ts'
import { readMessages } from '../storage/append-messages.ts'
import { GIF, jpegWith, PDF, PNG, zipOf } from '../support/sample-files.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'

const MAX_BYTES = 200_000

let server: TestServer
beforeAll(async () => {
  server = await startServer({ database: 'sqlite', uploads: { maxBytes: MAX_BYTES } })
})
afterAll(() => server.close())

const at = (path: string) => `http://127.0.0.1:${server.port}${path}`

interface Uploaded {
  status: number
  body: { path: string; file_type: string; size_bytes: number; code?: string; message?: string }
}

async function upload(
  content: Buffer | string,
  { userId = 1, name = 'file.png', type = 'image/png' } = {},
): Promise<Uploaded> {
  const form = new FormData()
  form.append('file', new Blob([content as BlobPart], { type }), name)
  const response = await fetch(at(`/uploads?userId=${userId}`), { method: 'POST', body: form })
  return { status: response.status, body: (await response.json()) as Uploaded['body'] }
}

const files = () => readdirSync(server.uploadFolder)

describe('an upload', () => {
  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="x',
    `multipart/form-data; boundary=${'b'.repeat(5_000)}`,
  ])('as %.40s is no form: that is told, and is no fault of the server', async (type) => {
    const response = await fetch(at('/uploads?userId=1'), {
      ...{ method: 'POST', headers: { 'content-type': type }, body: '--b\r\n' },
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(await response.json()).toMatchObject({ code: expect.not.stringMatching('INTERNAL') })
  })

  test.each<[type: string, content: Buffer, extension: string]>([
    ['image/png', PNG, 'png'],
    ['image/gif', GIF, 'gif'],
    ['image/jpeg', jpegWith('hello'), 'jpg'],
    ['application/pdf', PDF, 'pdf'],
    ['text/plain', Buffer.from('Grüße, 世界 👋\n'), 'txt'],
  ])('of %s is kept under a name of the server', async (type, content, extension) => {
    const { status, body } = await upload(content, { name: '../../evil.html', type: 'text/html' })
    expect(status).toBe(201)
    expect(body).toEqual({
      path: expect.stringMatching(new RegExp(`^uploads/[0-9a-f]{32}\\.${extension}$`)),
      file_type: type,
      size_bytes: content.length,
    })
    expect(readFileSync(join(server.uploadFolder, body.path.slice(8)))).toEqual(content)
  })

  test('comes back as it was, so that a browser can do no harm with it', async () => {
    const image = await fetch(at(`/${(await upload(PNG)).body.path}`))
    expect(Buffer.from(await image.arrayBuffer())).toEqual(PNG)
    expect(Object.fromEntries(image.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'accept-ranges': 'bytes',
      'content-length': String(PNG.length),
    })
    const { path } = (await upload('<script>alert(1)</script>')).body
    const text = await fetch(at(`/${path}`))
    expect(await text.text()).toBe('<script>alert(1)</script>')
    expect(Object.fromEntries(text.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${path.slice(8)}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })

  test('comes in ranges', async () => {
    const { path } = (await upload('0123456789')).body
    const range = async (value: string) => {
      const response = await fetch(at(`/${path}`), { headers: { range: value } })
      return [response.status, response.headers.get('content-range'), await response.text()]
    }
    expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect((await range('bytes=20-'))[0]).toBe(416)
  })

  test('is not sent again to who has it', async () => {
    const { path } = (await upload(PNG)).body
    const etag = (await fetch(at(`/${path}`))).headers.get('etag')!
    // fetch would ask for a fresh one.
    const client = await RawClient.open(server.port)
    client.socket.write(
      `GET /${path} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${etag}\r\nConnection: close\r\n\r\n`,
    )
    await client.cut
    expect(client.received).toMatch(/^HTTP\/1\.1 304 /)
    client.close()
  })

  test('of several parts at a time is whole', async () => {
    const content = Buffer.concat([PNG, randomBytes(150_000)])
    const { body } = await upload(content)
    expect(readFileSync(join(server.uploadFolder, body.path.slice(8)))).toEqual(content)
  })
})

describe('refused, with nothing left behind, is', () => {
  const zip = zipOf('index.html', Buffer.alloc(1_000_000))

  test.each<[what: string, content: Buffer | string, status: number, code: string]>([
    ['too large a file', Buffer.concat([PNG, Buffer.alloc(MAX_BYTES)]), 413, 'TOO_LARGE'],
    [
      'one byte too many',
      Buffer.concat([PNG, Buffer.alloc(MAX_BYTES - PNG.length + 1)]),
      413,
      'TOO_LARGE',
    ],
    ['an empty file', '', 400, 'INVALID_REQUEST'],
    ['a ZIP that calls itself PNG', zip, 415, 'UNSUPPORTED_TYPE'],
    [
      'a program',
      Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0', 'latin1'),
      415,
      'UNSUPPORTED_TYPE',
    ],
    [
      'an SVG',
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
      415,
      'UNSUPPORTED_TYPE',
    ],
    ['bytes of no type', Buffer.from([1, 2, 3, 4, 5]), 415, 'UNSUPPORTED_TYPE'],
    ['text that turns into bytes', `${'a'.repeat(9_000)}\0`, 415, 'UNSUPPORTED_TYPE'],
    ['text that is not UTF-8', Buffer.from([0x61, 0xff, 0x61]), 415, 'UNSUPPORTED_TYPE'],
    [
      'text that ends in the middle of a letter',
      Buffer.from([0x61, 0xc3]),
      415,
      'UNSUPPORTED_TYPE',
    ],
    ['HTML behind a byte order mark of UTF-16', '\ufeff<html>\0', 415, 'UNSUPPORTED_TYPE'],
  ])('%s', async (_what, content, status, code) => {
    const before = files()
    expect(await upload(content)).toMatchObject({ status, body: { code } })
    expect(files()).toEqual(before)
  })

  test('a file whose type the server does not take', async () => {
    const own = await startServer({ database: 'sqlite', uploads: { types: ['image/png'] } })
    const form = new FormData()
    form.append('file', new Blob([GIF as BlobPart], { type: 'image/png' }), 'a.png')
    const response = await fetch(`http://127.0.0.1:${own.port}/uploads?userId=1`, {
      method: 'POST',
      body: form,
    })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({
      message: 'Files of type image/gif are not accepted',
    })
    expect(readdirSync(own.uploadFolder)).toEqual([])
    await own.close()
  })

  test('a form without a file, and what is no form', async () => {
    const before = files()
    const form = new FormData()
    form.append('text', 'no file')
    const post = (body: BodyInit) => fetch(at('/uploads?userId=1'), { method: 'POST', body })
    expect((await post(form)).status).toBe(400)
    expect((await post('file')).status).toBe(400)
    expect(files()).toEqual(before)
  })

  test('a file of nobody', async () => {
    const form = new FormData()
    form.append('file', new Blob([PNG as BlobPart]), 'a.png')
    for (const query of ['', '?userId=0', '?userId=x'])
      expect((await fetch(at(`/uploads${query}`), { method: 'POST', body: form })).status).toBe(400)
  })

  test.each(['a file that breaks off', 'a file whose form never ends'])('%s', async (what) => {
    const before = files()
    const client = await RawClient.open(server.port)
    const body = `--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n${PNG.toString('latin1')}`
    const length = what.includes('breaks') ? 100_000 : Buffer.byteLength(body, 'latin1')
    client.socket.write(
      'POST /uploads?userId=1 HTTP/1.1\r\nHost: localhost\r\n' +
        `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`,
    )
    client.socket.write(Buffer.from(body, 'latin1'))
    if (what.includes('breaks')) {
      await until(() => files().length > before.length, 'the file to be begun')
      client.close()
    } else await until(() => client.received.includes('HTTP/1.1 400'), 'an answer')
    await until(() => files().length === before.length, 'the file to be gone')
    client.close()
  })
})

describe('what is two things at once', () => {
  test.each<[what: string, content: Buffer, type: string]>([
    ['a GIF that is a script', Buffer.from('GIF89a=1;alert(document.domain)//;'), 'image/gif'],
    ['a JPEG with a page in it', jpegWith('<html><script>alert(1)</script>'), 'image/jpeg'],
    ['a PNG with a ZIP behind it', Buffer.concat([PNG, zipOf('a', Buffer.from('b'))]), 'image/png'],
    [
      'a PDF with a page in it',
      Buffer.concat([PDF, Buffer.from('<html><script>')]),
      'application/pdf',
    ],
  ])('%s is only ever what its beginning says', async (_what, content, type) => {
    const { body } = await upload(content, { name: 'page.html', type: 'text/html' })
    expect(body.file_type).toBe(type)
    const { headers } = await fetch(at(`/${body.path}`))
    expect(headers.get('content-type')).toBe(type)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
    expect(headers.get('content-disposition')).toMatch(
      type.startsWith('image') ? /^inline$/ : /^attachment/,
    )
  })
})

test.each([
  '/uploads/../test.db',
  '/uploads/..%2ftest.db',
  '/uploads/..%2f..%2f..%2fetc%2fpasswd',
  '/uploads/%2e%2e%2ftest.db',
  '/uploads/%2e%2e/test.db',
  '/uploads/..%5ctest.db',
  '/uploads/%252e%252e%252ftest.db',
  '/uploads//etc/passwd',
  '/uploads/%00.png',
  '/uploads/.png',
  '/uploads/',
  '/uploads',
  '/uploads/%c0%ae%c0%ae%c0%aftest.db',
  `/uploads/${'a'.repeat(32)}.png/../../test.db`,
  `/uploads/${'a'.repeat(32)}.png`,
  `/uploads/${'A'.repeat(32)}.png`,
  `/uploads/${'0'.repeat(32)}.part`,
  `/uploads/${'0'.repeat(32)}.png%00.html`,
  `/uploads/${'a'.repeat(100_000).slice(0, 8_000)}`,
])('GET %s leads nowhere', async (path) => {
  writeFileSync(join(server.uploadFolder, `${'0'.repeat(32)}.part`), PNG)
  // fetch would tidy the path up before it is sent.
  const client = await RawClient.open(server.port)
  client.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  await client.cut
  expect(client.received).toMatch(/^HTTP\/1\.1 (400|404|414) /)
  expect(client.received).not.toContain('SQLite format')
  expect(client.received).not.toContain('root:')
  client.close()
})

describe('a message that names uploads', () => {
  let client: WireClient
  let count = 0
  const send = (file_paths: string, file_type?: string) => {
    count += 1
    const client_id = `m${count}`
    client.send({
      ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id, file_paths },
      ...(file_type === undefined ? {} : { file_type }),
    })
    return client_id
  }
  /** What becomes of the message: its ACK, or its ERROR. */
  const outcome = async (id: string) => {
    const found = () =>
      client.frames.find(
        (frame) =>
          (frame.type === 'ACK' && frame.client_id === id) ||
          (frame.type === 'ERROR' && frame.ref === id),
      )
    await until(() => found() !== undefined, `an answer to ${id}`)
    const frame = found()!
    return frame.type === 'ERROR' ? frame.code : frame.type
  }
  beforeAll(async () => {
    client = await WireClient.connect(server.url, 1)
  })
  afterAll(() => client.socket.close())

  test("is stored when they are its sender's, and of the type it says", async () => {
    const png = (await upload(PNG)).body.path
    const text = (await upload('text')).body.path
    expect(await outcome(send(png, 'image/png'))).toBe('ACK')
    expect(await outcome(send(png))).toBe('ACK')
    expect(await outcome(send(`${png},${text}`, 'image/png,text/plain'))).toBe('ACK')
    expect(await outcome(send(`${png}, ${text}`))).toBe('ACK')
    const stored = (await readMessages(server.store, 0, 100)).find((e) => e.filePaths === png)
    expect(stored).toMatchObject({ filePaths: png, fileType: 'image/png' })
  })

  test('is refused when its type is another', async () => {
    const png = (await upload(PNG)).body.path
    const text = (await upload('text')).body.path
    expect(await outcome(send(png, 'text/html'))).toBe('INVALID_FRAME')
    expect(await outcome(send(`${png},${text}`, 'image/png'))).toBe('INVALID_FRAME')
    expect(await outcome(send(`${png},${text}`, 'text/plain,image/png'))).toBe('INVALID_FRAME')
  })

  test("is refused when one is not there, or another user's", async () => {
    const own = (await upload(PNG)).body.path
    const other = (await upload(PNG, { userId: 2 })).body.path
    for (const paths of [
      ...['uploads/image.png', `uploads/${'0'.repeat(32)}.png`, other, `${own},${other}`],
      ...['uploads/../test.db', `${own}/../${other.slice(8)}`, `x,${own}`, `${own},`],
      Array(11).fill(own).join(','),
    ])
      expect(await outcome(send(paths)), paths).toBe('NOT_FOUND')
  })

  test('says what it likes about files that are no uploads', async () => {
    for (const paths of ['image.png', 'https://example.org/uploads/a.png', 'files/uploads/a.png'])
      expect(await outcome(send(paths, 'image/png')), paths).toBe('ACK')
  })

  test('keeps its place among those of its sender', async () => {
    const { path } = (await upload(PNG)).body
    const ids = [send(path), send('plain'), send(path), send('plain'), send('uploads/none.png')]
    const last = send('plain')
    expect(await outcome(last)).toBe('ACK')
    const answered = client.frames.flatMap((frame) =>
      frame.type === 'ACK' ? [frame.client_id] : frame.type === 'ERROR' ? [frame.ref] : [],
    )
    const acks = client.frames.filter((frame) => frame.type === 'ACK').map((ack) => ack.client_id)
    expect(acks.slice(-5)).toEqual([...ids.slice(0, 4), last])
    expect(answered).toContain(ids[4])
  })
})

test('a server without an upload folder takes no files, and any text for them', async () => {
  const own = await startServer({ database: 'sqlite' })
  const form = new FormData()
  form.append('file', new Blob([PNG as BlobPart]), 'a.png')
  const response = await fetch(`http://127.0.0.1:${own.port}/uploads?userId=1`, {
    method: 'POST',
    body: form,
  })
  expect(response.status).toBe(404)
  await response.text()
  const client = await WireClient.connect(own.url, 1)
  const file_paths = 'uploads/image.png'
  client.send({
    type: 'NEW_MESSAGE',
    chat_id: 1,
    sender_id: 1,
    content: 'x',
    file_paths,
    client_id: 'a',
  })
  await client.next('ACK')
  client.socket.close()
  await own.close()
})

test('files that no message names are collected after a day, and nothing else is', async () => {
  const own = await startServer({ database: 'sqlite', uploads: {} })
  const post = async (content: Buffer) => {
    const form = new FormData()
    form.append('file', new Blob([content as BlobPart]), 'a')
    const address = `http://127.0.0.1:${own.port}/uploads?userId=1`
    return (await (await fetch(address, { method: 'POST', body: form })).json()).path as string
  }
  const [used, unused] = [await post(PNG), await post(PNG)]
  const client = await WireClient.connect(own.url, 1)
  client.send({
    ...{ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id: 'a' },
    file_paths: used,
  })
  await client.next('ACK')
  const left = `${'1'.repeat(32)}.png`
  const draft = `${'2'.repeat(32)}.part`
  for (const name of [left, draft, 'README']) writeFileSync(join(own.uploadFolder, name), PNG)

  const serverLog = new ServerLog({ isEnabled: () => false, write: () => {} })
  const folder = await UploadFolder.open(own.uploadFolder)
  const collector = new OrphanCollector(folder, own.store.uploads, serverLog)
  expect(await collector.collect(new Date())).toBe(0)

  const inADay = new Date(Date.now() + 25 * 60 * 60 * 1000)
  const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60 * 1000)
  utimesSync(join(own.uploadFolder, left), twoDaysAgo, twoDaysAgo)
  expect(await collector.collect(new Date())).toBe(1)
  expect(await collector.collect(inADay)).toBe(2)
  expect(readdirSync(own.uploadFolder).sort()).toEqual(['README', used.slice(8)].sort())
  expect((await fetch(`http://127.0.0.1:${own.port}/${unused}`)).status).toBe(404)

  client.socket.close()
  await own.close()
})

test('the file of a deleted message is collected a day later, unless another one names it', async () => {
  const own = await startServer({ database: 'sqlite', uploads: {} })
  const form = new FormData()
  form.append('file', new Blob([PNG as BlobPart]), 'a')
  const address = `http://127.0.0.1:${own.port}/uploads?userId=1`
  const { path } = await (await fetch(address, { method: 'POST', body: form })).json()
  const client = await WireClient.connect(own.url, 1)
  const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', file_paths: path }
  for (const client_id of ['a', 'b']) client.send({ ...message, client_id })
  const serverLog = new ServerLog({ isEnabled: () => false, write: () => {} })
  const folder = await UploadFolder.open(own.uploadFolder)
  const collector = new OrphanCollector(folder, own.store.uploads, serverLog)
  const inHours = (hours: number) => new Date(Date.now() + hours * 60 * 60 * 1000)
  const remove = async (message_id: number) => {
    client.send({ type: 'DELETE', message_id, client_id: `delete ${message_id}` })
    await client.next('MESSAGE_DELETED', message_id)
  }
  await client.next('ACK', 2)

  await remove(1)
  expect(await collector.collect(inHours(25))).toBe(0)
  await remove(2)
  expect(await collector.collect(inHours(23))).toBe(0)
  expect(readdirSync(own.uploadFolder)).toHaveLength(1)
  expect(await collector.collect(inHours(25))).toBe(1)
  expect(readdirSync(own.uploadFolder)).toEqual([])
  client.socket.close()
  await own.close()
})

test('the files of a user have a quota together, and others have theirs', async () => {
  const own = await startServer({ database: 'sqlite', uploads: { quotaBytes: 2 * PNG.length } })
  const post = async (userId: number) => {
    const form = new FormData()
    form.append('file', new Blob([PNG as BlobPart]), 'a')
    const address = `http://127.0.0.1:${own.port}/uploads?userId=${userId}`
    const response = await fetch(address, { method: 'POST', body: form })
    return { status: response.status, body: await response.json() }
  }
  expect([(await post(1)).status, (await post(1)).status]).toEqual([201, 201])
  expect(await post(1)).toMatchObject({ status: 413, body: { code: 'QUOTA_EXCEEDED' } })
  expect((await post(2)).status).toBe(201)
  expect(readdirSync(own.uploadFolder)).toHaveLength(3)
  await own.close()
})
