import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ChatKind } from '../../protocol/chat.ts'
import { Id } from '../../protocol/id.ts'
import { MAX_HISTORY, MAX_PRESENCE } from '../../protocol/limits.ts'
import { MessagePayload, SupportMessagePayload } from '../../protocol/payloads.ts'
import type { Store } from '../../storage/store.ts'
import { turnOf } from '../../storage/turns.ts'
import { messagePayload, ownNamed } from '../frames/entry-frame.ts'
import { readHistoryPage } from '../log/history-page.ts'
import type { PresenceScope } from '../presence/presence-scope.ts'
import type { PresenceRegistry } from '../presence/registry.ts'
import { answers, jsonSchema } from './json-schema.ts'
import { type HttpAccess, readableOf, viewerOf } from './request-viewer.ts'

const Chat = z.strictObject({ id: Id })

/** Whoever asks says so here, or proves it by a token here. */
const asker = { userId: z.string().optional(), token: z.string().optional() }

const Page = z.strictObject({
  before: Id.optional(),
  limit: z.int().min(1).max(MAX_HISTORY).optional(),
  ...asker,
})

const pageOf = (payload: z.ZodType) =>
  z.object({ messages: z.array(payload), has_more: z.boolean() })

const PresencePage = z.strictObject({
  /** Users that came before, who are on earlier pages. */
  skip: z.int().nonnegative().optional(),
  limit: z.int().min(1).max(MAX_PRESENCE).optional(),
  ...asker,
})

const OnlineUsers = z.object({
  users: z.array(z.object({ userId: Id, connections: z.int().nonnegative() })),
  has_more: z.boolean(),
})

export interface ChatSources extends HttpAccess {
  /** Throws STORAGE_UNAVAILABLE. */
  readonly store: Pick<Store, 'readHistory'>
  readonly registry: Pick<PresenceRegistry, 'online' | 'connectionsOf' | 'userCount'>
  readonly scope: PresenceScope
}

/** Answers what a client without a WebSocket may ask: older messages, and who is online. */
export function addChatRoutes(app: FastifyInstance, sources: ChatSources): void {
  const history = (path: string, kind: ChatKind) =>
    app.get<{ Params: z.infer<typeof Chat>; Querystring: z.infer<typeof Page> }>(
      path,
      {
        config: { access: 'user' },
        schema: {
          summary: `The messages of a ${kind === 'chat' ? 'chat' : 'support chat'}, oldest first: the newest, or those before an id`,
          tags: ['chats'],
          params: jsonSchema(Chat),
          querystring: jsonSchema(Page),
          response: answers(pageOf(kind === 'chat' ? MessagePayload : SupportMessagePayload), {
            400: 'The id, before or limit is wrong',
            401: 'A token is required',
            404: 'There is no such chat for whoever asks',
            503: 'The database does not answer',
          }),
        },
      },
      async ({ params, query: { before, limit }, identity }) => {
        const chat = { kind, id: params.id }
        // Those who do not say who they are have one share between them.
        await turnOf(identity?.userId ?? 'http')
        const readable = await readableOf(identity, chat, sources)
        const page = await readHistoryPage(sources.store, chat, { before, limit, ...readable })
        const { entries } = page
        const messages = entries.map((entry) =>
          ownNamed(messagePayload(entry), entry, identity?.userId),
        )
        return { messages, has_more: page.hasMore }
      },
    )
  history('/api/chats/:id/messages', 'chat')
  history('/api/support-chats/:id/messages', 'support')

  app.get<{ Querystring: z.infer<typeof PresencePage> }>(
    '/api/presence',
    {
      config: { access: 'user' },
      schema: {
        summary: 'Who is online, in the order in which they came, page by page',
        tags: ['chats'],
        querystring: jsonSchema(PresencePage),
        response: answers(OnlineUsers, {
          400: 'skip or limit is wrong',
          401: 'A token is required',
        }),
      },
    },
    ({ query: { skip = 0, limit = MAX_PRESENCE }, identity }) => {
      const { registry, scope } = sources
      const viewer = scope.mode === 'all' ? undefined : viewerOf(identity, sources)
      const visible = viewer && scope.visibleTo(viewer, MAX_PRESENCE)
      const page = visible ? visible.slice(skip, skip + limit) : registry.online(limit, skip)
      const users = page.map((userId) => ({ userId, connections: registry.connectionsOf(userId) }))
      return { users, has_more: skip + users.length < (visible?.length ?? registry.userCount) }
    },
  )
}
