import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Id } from '../../protocol/id.ts'
import type { Store } from '../../storage/store.ts'
import type { ChatNode } from '../node/node.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import { answers, jsonSchema } from './json-schema.ts'
import type { RequestIdentity } from './request-identity.ts'

/** The longest announcement, in UTF-16 code units. */
const MAX_ANNOUNCEMENT_LENGTH = 2_000

const Kick = z.strictObject({ userId: Id })
const Announcement = z.strictObject({ text: z.string().min(1).max(MAX_ANNOUNCEMENT_LENGTH) })
const Reached = z.object({ connections: z.int().nonnegative() })
const Draining = z.object({ draining: z.literal(true) })

const REFUSALS = {
  400: 'The body is not of this shape',
  401: 'There is no token, or it is not good: www-authenticate tells the two apart',
  403: 'Only an admin may do this',
}

export interface AdminParts {
  readonly node: Pick<ChatNode, 'kick' | 'announce'>
  readonly serverLog: ServerLog
  readonly store: Pick<Store, 'access'>
  /** Begins to stop the server in order. */
  readonly drain: () => void
}

/** Lets admins run the server, and writes down who did what. */
export function addAdminRoutes(
  app: FastifyInstance,
  { node, serverLog, store, drain }: AdminParts,
): void {
  const note = (identity: RequestIdentity | undefined, act: string, userId?: number) =>
    store.access.noteAct({
      ...{ at: new Date().toISOString(), actorId: identity?.userId ?? null, act, userId },
      ...{ kind: undefined, chatId: undefined, messageId: undefined, detail: undefined },
    })
  const config = { access: 'admin' } as const
  const tags = ['administration']
  app.post<{ Body: z.infer<typeof Kick> }>(
    '/api/admin/kick',
    {
      config,
      schema: {
        summary: 'Close every connection of a user with 4506, which tells clients to stay away',
        tags,
        body: jsonSchema(Kick),
        response: answers(Reached, REFUSALS),
      },
    },
    async ({ body, identity }) => {
      await note(identity, 'kick', body.userId)
      const connections = node.kick(body.userId)
      serverLog.adminActed(
        identity?.userId,
        `kicked user ${body.userId} (${connections} connections)`,
      )
      return { connections }
    },
  )
  app.post<{ Body: z.infer<typeof Announcement> }>(
    '/api/admin/announce',
    {
      config,
      schema: {
        summary: 'Send an ANNOUNCEMENT to everyone who is connected; it is not stored',
        tags,
        body: jsonSchema(Announcement),
        response: answers(Reached, REFUSALS),
      },
    },
    async ({ body, identity }) => {
      await note(identity, 'announce')
      const connections = node.announce(body.text)
      serverLog.adminActed(identity?.userId, `announced something to ${connections} connections`)
      return { connections }
    },
  )
  app.post(
    '/api/admin/drain',
    {
      config,
      schema: {
        summary: 'Stop the server in order, as SIGTERM does',
        tags,
        response: answers(Draining, { 401: REFUSALS[401], 403: REFUSALS[403] }, 202),
      },
    },
    async ({ identity }, reply) => {
      // One that cannot be written down is done all the same: the server may have to stop for just that.
      await note(identity, 'drain').catch(() => {})
      serverLog.adminActed(identity?.userId, 'asked the server to stop')
      drain()
      return reply.code(202).send({ draining: true })
    },
  )
}
