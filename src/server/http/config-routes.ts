import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Access } from '../access/access.ts'
import { answers } from './json-schema.ts'
import type { UploadSources } from './upload-routes.ts'

const ServerConfig = z.object({
  /** What a client has to show: nothing, or a token. */
  auth: z.enum(['none', 'jwt']),
  /** Where one gets a token. */
  loginUrl: z.string().optional(),
  uploads: z.object({ maxBytes: z.int().positive(), types: z.array(z.string()) }).nullable(),
  access: z.enum(['open', 'members']),
  /** Whether clients may send what only they can read. */
  e2ee: z.boolean(),
  version: z.string(),
})

export interface ConfigSources {
  readonly isAuthRequired: boolean
  readonly loginUrl: string | undefined
  readonly uploads: Pick<UploadSources, 'maxBytes' | 'types'> | undefined
  readonly access: Access['mode']
  readonly version: string
}

/** Tells anyone what a client has to know before it connects. */
export function addConfigRoutes(app: FastifyInstance, sources: ConfigSources): void {
  const { isAuthRequired, loginUrl, uploads, access, version } = sources
  const config: z.infer<typeof ServerConfig> = {
    auth: isAuthRequired ? 'jwt' : 'none',
    ...(loginUrl === undefined ? {} : { loginUrl }),
    uploads: uploads ? { maxBytes: uploads.maxBytes, types: [...uploads.types] } : null,
    access,
    e2ee: false,
    version,
  }
  app.get(
    '/api/config',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'What a client has to know of the server before it connects',
        tags: ['clients'],
        response: answers(ServerConfig, {}),
      },
    },
    (_request, reply) => reply.header('cache-control', 'no-cache').send(config),
  )
}
