import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DEFAULT_UPLOAD_TYPES } from '../../../src/protocol/upload-types.ts'
import { AdminToken } from '../../../src/server/auth/admin-token.ts'
import { createSecurity } from '../../../src/server/auth/security.ts'
import { wireNode } from '../../../src/server/chat-server.ts'
import { createHttpServer } from '../../../src/server/http/http-server.ts'
import { ServerLog } from '../../../src/server/telemetry/server-log.ts'
import { UploadFolder } from '../../../src/server/uploads/upload-folder.ts'
import type { Store } from '../../../src/storage/store.ts'
import { newEntry } from '../../storage/new-entry.ts'
import { TestDatabase } from '../../storage/test-database.ts'
import { PNG } from '../../support/sample-files.ts'
import { ADMIN_TOKEN } from '../../support/tokens.ts'

interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>
}
interface Document {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
}

/** What fastify adds by itself, or what is for browsers rather than programs. */
const NOT_DOCUMENTED = ['*', '/', '/test-online-status.html', '/openapi.json']

let folder: string
let database: TestDatabase
let store: Store
let app: ReturnType<typeof createHttpServer>
let document: Document
const routes: RouteOptions[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-open-api-'))
  database = TestDatabase.sqlite()
  store = await database.open()
  const serverLog = new ServerLog({ isEnabled: () => false, write: () => {} })
  const security = createSecurity({ adminToken: new AdminToken(ADMIN_TOKEN) })
  app = createHttpServer({
    ...wireNode({ store, serverLog }, security, 0),
    store,
    serverLog,
    security,
    isDraining: () => false,
    drain: () => {},
    version: '1.2.3',
    uploads: {
      folder: await UploadFolder.open(join(folder, 'uploads')),
      records: store.uploads,
      maxBytes: 1_000,
      quotaBytes: 0,
      types: DEFAULT_UPLOAD_TYPES,
    },
  })
  app.addHook('onRoute', (route) => void routes.push(route))
  document = (await app.inject('/openapi.json')).json()
  const entries = [newEntry({ chatId: 1 }), newEntry({ kind: 'support', chatId: 1 })]
  await store.append(entries, '2024-01-01T12:00:00.000Z')
})
afterAll(async () => {
  await app.close()
  await database.drop()
  rmSync(folder, { recursive: true })
})

/** One request for each operation that is answered with its success. */
const REQUESTS: Record<string, object | undefined> = {
  'get /healthz': undefined,
  'get /readyz': undefined,
  'get /api/config': undefined,
  'get /metrics': undefined,
  'get /stats': undefined,
  'get /api/chats/{id}/messages': undefined,
  'get /api/support-chats/{id}/messages': undefined,
  'get /api/presence': undefined,
  'post /api/admin/kick': { userId: 1 },
  'post /api/admin/announce': { text: 'Hello' },
  'post /api/admin/drain': undefined,
  'post /api/admin/act': { type: 'PIN', message_id: 1, pinned: true },
  'post /api/admin/users/{id}': { name: 'Anna' },
  'get /api/admin/reports': undefined,
  'get /api/admin/audit': undefined,
  'post /uploads': {},
  'get /uploads/{name}': undefined,
}

/** A form with a file in it, as `inject` takes it. */
async function form(): Promise<{ payload: Buffer; headers: Record<string, string> }> {
  const data = new FormData()
  data.append('file', new Blob([PNG as BlobPart]), 'a.png')
  const response = new Response(data)
  return {
    payload: Buffer.from(await response.arrayBuffer()),
    headers: { 'content-type': response.headers.get('content-type')! },
  }
}

/** Sends the request of an operation. */
async function send(name: string, body: object | undefined) {
  const [method, path] = name.split(' ') as ['get' | 'post', string]
  if (name === 'post /uploads')
    return app.inject({ method, url: '/uploads?userId=1', ...(await form()) })
  const uploaded = (
    await app.inject({
      method: 'post',
      url: '/uploads?userId=1',
      ...(await form()),
    })
  ).json() as { path: string }
  const url = path.replace('{id}', '1').replace('uploads/{name}', uploaded.path)
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  return app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
}

function operations(): [name: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  )
}

describe('the OpenAPI document', () => {
  it('says which version it is of', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  })

  it('has every route that the server has, and no other', () => {
    const existing = routes
      .filter(({ url, method }) => !NOT_DOCUMENTED.includes(url) && method !== 'HEAD')
      .map(({ url, method }) => `${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`)
    expect(existing).not.toEqual([])
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(existing.sort())
  })

  it('is tried here route by route', () => {
    expect(Object.keys(REQUESTS).sort()).toEqual(
      operations()
        .map(([name]) => name)
        .sort(),
    )
  })

  it.each(Object.entries(REQUESTS))('describes what %s answers', async (name, body) => {
    const response = await send(name, body)
    const { responses } = new Map(operations()).get(name)!
    const described = responses[response.statusCode]
    expect(response.statusCode).toBeLessThan(300)
    expect(described, `status ${response.statusCode}`).toBeDefined()
    const type = String(response.headers['content-type']).split(';')[0]!
    const content = described!.content[type]!
    expect(content, type).toBeDefined()
    const value = type === 'application/json' ? response.json() : response.body
    z.fromJSONSchema(content.schema as never).parse(value)
  })

  it.each(['get /api/chats/{id}/messages', 'post /api/admin/kick'])(
    'describes how %s refuses',
    async (name) => {
      const [method, path] = name.split(' ') as ['get' | 'post', string]
      const response = await app.inject({
        method,
        url: path.replace('{id}', '0'),
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      })
      const { responses } = new Map(operations()).get(name)!
      const { schema } = responses[response.statusCode]!.content['application/json']!
      expect(z.fromJSONSchema(schema as never).parse(response.json())).toMatchObject({
        code: 'INVALID_REQUEST',
      })
    },
  )
})
