import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ChatwsError } from '../../protocol/error.ts'
import type { DatabaseProbe } from '../telemetry/database-probe.ts'
import { answers } from './json-schema.ts'

const Health = z.object({ status: z.literal('ok') })

export interface HealthSources {
  readonly database: DatabaseProbe
  /** Whether new connections are turned away. */
  readonly isDraining: () => boolean
}

/** Tells whether the process lives, and whether it should be sent clients. */
export function addHealthRoutes(app: FastifyInstance, sources: HealthSources): void {
  app.get(
    '/healthz',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Whether the process answers',
        tags: ['operation'],
        response: answers(Health, {}),
      },
    },
    () => ({ status: 'ok' }),
  )
  app.get(
    '/readyz',
    {
      config: { access: 'anyone' },
      schema: {
        summary:
          'Whether new clients should be sent here: messages can be stored, and no drain began',
        tags: ['operation'],
        response: answers(Health, { 503: 'It is draining, or nothing can be stored' }),
      },
    },
    async () => {
      if (sources.isDraining()) throw new ChatwsError('UNAVAILABLE', 'The server is draining')
      await sources.database.lastOffset()
      return { status: 'ok' }
    },
  )
}
