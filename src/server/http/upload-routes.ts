import multipart from '@fastify/multipart'
import send from '@fastify/send'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ChatwsError } from '../../protocol/error.ts'
import { UPLOAD_TYPES } from '../../protocol/upload-types.ts'
import type { UploadRecords } from '../../storage/upload-records.ts'
import type { UploadFolder } from '../uploads/upload-folder.ts'
import { isUploadName, uploadPath } from '../uploads/upload-name.ts'
import { HttpErrorBody } from './http-error.ts'
import { answers, jsonSchema } from './json-schema.ts'

/** Uploads that may be under way at once. */
const MAX_CONCURRENT = 64

/** What a form may be larger than the file in it. */
const FORM_BYTES = 16 * 1024

const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** A file never changes under its name, and whoever knows that may have it. */
const FILE_HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-site',
}

const BINARY = { type: 'string', format: 'binary' }

const Upload = z.object({
  path: z.string(),
  file_type: z.string(),
  size_bytes: z.int().positive(),
})

export interface UploadSources {
  readonly folder: UploadFolder
  readonly records: UploadRecords
  readonly maxBytes: number
  /** The media types that are accepted. */
  readonly types: readonly string[]
}

/** Takes files and hands them out again. */
export function addUploadRoutes(app: FastifyInstance, sources: UploadSources): void {
  app.register(multipart, {
    throwFileSizeLimit: false,
    // One byte more than allowed tells that it is too much.
    limits: { fileSize: sources.maxBytes + 1, files: 1, fields: 8, fieldSize: 1_024, parts: 9 },
  })
  app.register(async (routes) => {
    addPost(routes, sources)
    addGet(routes, sources.folder)
  })
}

function addPost(app: FastifyInstance, { folder, records, maxBytes, types }: UploadSources): void {
  let underWay = 0
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
            413: 'The file is too large',
            415: 'Its content is of no type that is accepted',
            503: 'Too many files come at once, or they cannot be kept now',
          },
          201,
        ),
      },
    },
    async (request, reply) => {
      const ownerId = request.identity?.userId
      if (ownerId === undefined)
        throw new ChatwsError('INVALID_REQUEST', 'userId: says whose the file is, and is required')
      if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES)
        throw new ChatwsError('TOO_LARGE', `The file has more than ${maxBytes} bytes`)
      if (underWay >= MAX_CONCURRENT)
        throw new ChatwsError('UNAVAILABLE', 'Too many files come at once')
      underWay += 1
      try {
        const part = await request.file()
        if (!part) throw new ChatwsError('INVALID_REQUEST', 'The form has no file')
        const saved = await folder.save(part.file, types, maxBytes).catch((error) => {
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
        underWay -= 1
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

function addGet(app: FastifyInstance, folder: UploadFolder): void {
  app.get<{ Params: { name: string } }>(
    '/uploads/:name',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'A file that was uploaded, or the ranges of it that are asked for',
        tags: ['uploads'],
        params: jsonSchema(z.object({ name: z.string() })),
        produces: [...UPLOAD_TYPES.keys()],
        response: {
          200: { description: 'The file', ...BINARY },
          206: { description: 'A part of it', ...BINARY },
          404: { description: 'There is no such file', ...jsonSchema(HttpErrorBody) },
          416: { description: 'It has no such part', type: 'string' },
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const type = [...UPLOAD_TYPES].find(([, { extension }]) => name.endsWith(`.${extension}`))
      if (!isUploadName(name) || !type) throw new ChatwsError('NOT_FOUND', 'There is no such file')
      const found = await send(request.raw, `/${name}`, {
        root: folder.path,
        index: false,
        contentType: false,
        maxAge: YEAR_MS,
        immutable: true,
      })
      if (found.type !== 'file' && found.statusCode !== 416)
        throw new ChatwsError('NOT_FOUND', 'There is no such file')
      const [mediaType, { isImage }] = type
      return reply
        .code(found.statusCode)
        .headers({ ...FILE_HEADERS, ...found.headers })
        .header(
          'content-type',
          mediaType === 'text/plain' ? `${mediaType}; charset=utf-8` : mediaType,
        )
        .header('content-disposition', isImage ? 'inline' : `attachment; filename="${name}"`)
        .send(found.stream)
    },
  )
}
