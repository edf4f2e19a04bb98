import multipart from '@fastify/multipart'
import send from '@fastify/send'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ChatwsError } from '../../protocol/error.ts'
import { isUploadName, uploadPath } from '../../protocol/upload-name.ts'
import { UPLOAD_TYPES } from '../../protocol/upload-types.ts'
import type { Store } from '../../storage/store.ts'
import type { UploadRecords } from '../../storage/upload-records.ts'
import type { UploadFolder } from '../uploads/upload-folder.ts'
import { UploadQuota } from '../uploads/upload-quota.ts'
import { HttpErrorBody } from './http-error.ts'
import { answers, jsonSchema } from './json-schema.ts'
import type { RequestIdentity } from './request-identity.ts'
import { type HttpAccess, viewerOf } from './request-viewer.ts'

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** A file never changes under its name, and whoever knows that may have it. */
const FILE_HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-site',
}

/** Status of what a request for a file asks that is not so → what is said of it. */
const UNMET: Readonly<Record<number, string>> = {
  412: 'The file is not the one that is asked for',
  416: 'The file has no such part',
}

const BINARY = { type: 'string', format: 'binary' }

const Upload = z.object({
  path: z.string(),
  file_type: z.string(),
  size_bytes: z.int().positive(),
})

/** Who may have which file. */
export interface UploadReaders extends HttpAccess {
  readonly store: Pick<Store, 'access'>
}

export interface UploadSources {
  readonly folder: UploadFolder
  readonly records: UploadRecords
  readonly maxBytes: number
  /** What the files of one user may have together; 0 is no limit. */
  readonly quotaBytes: number
  /** The media types that are accepted. */
  readonly types: readonly string[]
}

/** Takes files and hands them out again. */
export function addUploadRoutes(
  app: FastifyInstance,
  sources: UploadSources & UploadReaders,
  isDraining: () => boolean,
): void {
  app.register(multipart, {
    throwFileSizeLimit: false,
    // One byte more than allowed tells that it is too much.
    limits: { fileSize: sources.maxBytes + 1, files: 1, fields: 8, fieldSize: 1_024, parts: 9 },
  })
  app.register(async (routes) => {
    addPost(routes, sources, isDraining)
    addGet(routes, sources)
  })
}

function addPost(app: FastifyInstance, sources: UploadSources, isDraining: () => boolean): void {
  const { folder, records, types } = sources
  const quota = new UploadQuota(records, sources)
  app.post(
    '/uploads',
    {
      config: { access: 'user' },
      schema: {
        summary:
          'Keep a file, sent as the first file of a form, so that messages can name its path',
        tags: ['uploads'],
        consumes: ['multipart/form-data'],
        response: answers(
          Upload,
          {
            400: 'There is no file, or nobody said whose it is',
            401: 'A token is required',
            413: 'The file is too large, or its sender keeps too much already',
            415: 'Its content is of no type that is accepted',
            429: 'Too many files of this user come at once',
            503: 'Too many files come at once, they cannot be kept now, or the server is draining',
          },
          201,
        ),
      },
    },
    async (request, reply) => {
      const ownerId = request.identity?.userId
      if (ownerId === undefined)
        throw new ChatwsError('INVALID_REQUEST', 'userId: says whose the file is, and is required')
      if (isDraining()) throw new ChatwsError('UNAVAILABLE', 'The server is draining')
      const { 'content-length': length } = request.headers
      const place = await quota.enter(ownerId, length === undefined ? undefined : Number(length))
      try {
        const part = await request.file().catch((error: Error & { statusCode?: number }) => {
          // The parser has errors of its own for a form without its boundary, and the like.
          throw error.statusCode === undefined && !(error instanceof ChatwsError)
            ? new ChatwsError('INVALID_REQUEST', `The form is none: ${error.message}`, {
                cause: error,
              })
            : error
        })
        if (!part) throw new ChatwsError('INVALID_REQUEST', 'The form has no file')
        const saved = await folder.save(part.file, types, place.maxBytes).catch((error) => {
          throw part.file.errored && !(error instanceof ChatwsError)
            ? new ChatwsError('INVALID_REQUEST', 'The form breaks off', { cause: error })
            : error
        })
        await keep(saved.name, () => records.add({ ...saved, ownerId }, new Date()), folder)
        const path = uploadPath(saved.name)
        return reply
          .code(201)
          .header('location', `/${path}`)
          .send({ path, file_type: saved.fileType, size_bytes: saved.sizeBytes })
      } finally {
        place.leave()
      }
    },
  )
}

/** A file without a record would be nobody's. */
async function keep(name: string, record: () => Promise<void>, folder: UploadFolder) {
  try {
    await record()
  } catch (error) {
    await folder.remove(name)
    throw error
  }
}

function addGet(app: FastifyInstance, sources: UploadSources & UploadReaders): void {
  const { folder } = sources
  app.get<{ Params: { name: string } }>(
    '/uploads/:name',
    {
      // Where everyone may read everything, whoever knows a file's name may have it.
      config: { access: sources.access.mode === 'open' ? 'anyone' : 'user' },
      schema: {
        summary: 'A file that was uploaded, or the ranges of it that are asked for',
        tags: ['uploads'],
        params: jsonSchema(z.object({ name: z.string() })),
        produces: [...UPLOAD_TYPES.keys()],
        response: {
          200: { description: 'The file', ...BINARY },
          206: { description: 'A part of it', ...BINARY },
          404: { description: 'There is no such file', ...jsonSchema(HttpErrorBody) },
          412: { description: 'It is another one', ...jsonSchema(HttpErrorBody) },
          416: { description: 'It has no such part', ...jsonSchema(HttpErrorBody) },
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const type = [...UPLOAD_TYPES].find(([, { extension }]) => name.endsWith(`.${extension}`))
      if (!isUploadName(name) || !type) throw new ChatwsError('NOT_FOUND', 'There is no such file')
      await mustSee(name, request.identity, sources)
      const found = await send(request.raw, `/${name}`, {
        root: folder.path,
        index: false,
        contentType: false,
        maxAge: YEAR_MS,
        immutable: true,
      })
      const unmet = UNMET[found.statusCode]
      if (unmet) {
        const range = found.headers['Content-Range']
        if (range !== undefined) reply.header('content-range', range)
        return reply.code(found.statusCode).send({ code: 'INVALID_REQUEST', message: unmet })
      }
      if (found.type !== 'file') throw new ChatwsError('NOT_FOUND', 'There is no such file')
      const [mediaType, { isImage }] = type
      return reply
        .code(found.statusCode)
        .headers({
          ...FILE_HEADERS,
          ...found.headers,
          // A cache between must not hand it to who may not have it.
          ...(sources.access.mode === 'open' ? {} : { 'cache-control': 'private, no-cache' }),
        })
        .header(
          'content-type',
          mediaType === 'text/plain' ? `${mediaType}; charset=utf-8` : mediaType,
        )
        .header('content-disposition', isImage ? 'inline' : `attachment; filename="${name}"`)
        .send(found.stream)
    },
  )
}

/** Throws NOT_FOUND for who may read no message that names the file, and did not upload it. */
async function mustSee(
  name: string,
  identity: RequestIdentity | undefined,
  sources: UploadReaders,
): Promise<void> {
  if (sources.access.mode === 'open') return
  const viewer = viewerOf(identity, sources)
  const reader = viewer && (await sources.access.readerOf(viewer))
  if (reader && !(await sources.store.access.mayReadUpload(name, reader)))
    throw new ChatwsError('NOT_FOUND', 'There is no such file')
}
