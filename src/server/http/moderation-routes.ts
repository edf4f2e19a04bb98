import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Avatar, ReportPayload, UserName } from '../../protocol/access-fields.ts'
import { ACCESS_FRAMES } from '../../protocol/access-frames.ts'
import { messageOf } from '../../protocol/chat.ts'
import { Delete } from '../../protocol/client-frames.ts'
import { ChatwsError } from '../../protocol/error.ts'
import { Offset } from '../../protocol/frame-fields.ts'
import { Id } from '../../protocol/id.ts'
import { MAX_LIST_PAGE } from '../../protocol/limits.ts'
import { Timestamp } from '../../protocol/payloads.ts'
import type { AdminAction } from '../../storage/access-records.ts'
import type { NewEntry } from '../../storage/entries.ts'
import type { Store } from '../../storage/store.ts'
import type { Access } from '../access/access.ts'
import { NO_GRANTS } from '../access/viewer.ts'
import { Submission } from '../delivery/submission.ts'
import { accessDraft, type EntryDraft, needsMembers } from '../node/access-drafts.ts'
import { reportPayload } from '../node/handlers/access-questions.ts'
import { answers, jsonSchema } from './json-schema.ts'
import type { RequestIdentity } from './request-identity.ts'

const DEFAULT_LIMIT = 50

/** What admins may do for others, by the frames with which moderators do it. */
const Act = z.union([
  ACCESS_FRAMES.CHANGE_CHAT.schema,
  ACCESS_FRAMES.ADD_MEMBERS.schema,
  ACCESS_FRAMES.REMOVE_MEMBERS.schema,
  ACCESS_FRAMES.SET_ROLE.schema,
  ACCESS_FRAMES.MUTE.schema,
  ACCESS_FRAMES.BAN.schema,
  ACCESS_FRAMES.UNBAN.schema,
  ACCESS_FRAMES.RESOLVE_REPORT.schema,
  ACCESS_FRAMES.PIN.schema,
  Delete,
])

const Done = z.object({ id: Id, offset: Offset, created_at: Timestamp })
const Profile = z.strictObject({
  name: UserName.nullable().optional(),
  avatar: Avatar.nullable().optional(),
})
const User = z.strictObject({ id: Id })

const page = {
  after: z.int().nonnegative().optional(),
  limit: z.int().min(1).max(MAX_LIST_PAGE).optional(),
  /** Whoever asks may prove it here. */
  token: z.string().optional(),
}
const ReportsPage = z.strictObject({ all: z.enum(['true', 'false']).optional(), ...page })
const ReportsList = z.object({ reports: z.array(ReportPayload), has_more: z.boolean() })
const AuditPage = z.strictObject({ user: Id.optional(), ...page })
const AuditList = z.object({
  acts: z.array(
    z.object({
      id: Id,
      at: Timestamp,
      /** 0 is whoever has the admin token or the database. */
      actor: Offset,
      act: z.string(),
      user: Id.optional(),
      kind: z.string().optional(),
      chat: Id.optional(),
      message: Id.optional(),
      detail: z.unknown().optional(),
    }),
  ),
  has_more: z.boolean(),
})

const REFUSALS = {
  400: 'The request is not of this shape',
  401: 'A token is required',
  403: 'Only an admin may do this, or nobody may',
  503: 'The database does not answer',
}

export interface ModerationParts {
  readonly access: Pick<Access, 'mode'>
  readonly store: Pick<Store, 'access'>
  readonly writer: { submit(entry: NewEntry, origin: Submission): void }
}

/** Lets admins moderate, look at what was reported, and see who did what. */
export function addModerationRoutes(app: FastifyInstance, parts: ModerationParts): void {
  const config = { access: 'admin' } as const
  const tags = ['administration']
  app.post<{ Body: z.infer<typeof Act> }>(
    '/api/admin/act',
    {
      config,
      schema: {
        summary:
          'Do what a moderator does, by the frame for it: CHANGE_CHAT, ADD_MEMBERS, REMOVE_MEMBERS, SET_ROLE, MUTE, BAN, UNBAN, RESOLVE_REPORT, PIN or DELETE',
        tags,
        body: jsonSchema(Act),
        response: answers(Done, {
          ...REFUSALS,
          404: 'There is no such chat, message, member or report',
        }),
      },
    },
    ({ body, identity }) => add(draftOf(body, parts), { identity, ref: body.client_id, parts }),
  )
  app.post<{ Params: z.infer<typeof User>; Body: z.infer<typeof Profile> }>(
    '/api/admin/users/:id',
    {
      config,
      schema: {
        summary: 'Set what a user is called and looks like; null takes it away',
        tags,
        params: jsonSchema(User),
        body: jsonSchema(Profile),
        response: answers(Done, REFUSALS),
      },
    },
    ({ params, body: { name, avatar }, identity }) =>
      add({ type: 'user', userId: params.id, name, avatar }, { identity, ref: undefined, parts }),
  )
  app.get<{ Querystring: z.infer<typeof ReportsPage> }>(
    '/api/admin/reports',
    {
      config,
      schema: {
        summary: 'Messages that were reported and not dealt with, or all; the oldest first',
        tags,
        querystring: jsonSchema(ReportsPage),
        response: answers(ReportsList, REFUSALS),
      },
    },
    async ({ query: { all = 'false', after = 0, limit = DEFAULT_LIMIT } }) => {
      const found = await parts.store.access.reports({
        ...{ isAll: all === 'true', after, limit: limit + 1, moderatorId: undefined },
      })
      return { reports: found.slice(0, limit).map(reportPayload), has_more: found.length > limit }
    },
  )
  app.get<{ Querystring: z.infer<typeof AuditPage> }>(
    '/api/admin/audit',
    {
      config,
      schema: {
        summary: 'What admins and moderators did, in order; to or by one user, or all',
        tags,
        querystring: jsonSchema(AuditPage),
        response: answers(AuditList, REFUSALS),
      },
    },
    async ({ query: { user: userId, after = 0, limit = DEFAULT_LIMIT } }) => {
      const found = await parts.store.access.acts({ userId, after, limit: limit + 1 })
      return { acts: found.slice(0, limit).map(actPayload), has_more: found.length > limit }
    },
  )
}

/** Throws FORBIDDEN for what needs members where there are none. */
function draftOf(frame: z.infer<typeof Act>, { access }: ModerationParts): EntryDraft {
  if (frame.type === 'DELETE') {
    const { kind, id: messageId } = messageOf(frame)
    return { type: 'deletion', kind, messageId }
  }
  if (access.mode === 'open' && needsMembers(frame))
    throw new ChatwsError('FORBIDDEN', `${frame.type} needs a server with --access members`)
  return accessDraft(frame, 0)
}

/** Adds an entry in the name of an admin. Throws what the store says against it. */
async function add(
  draft: EntryDraft,
  {
    identity,
    ref,
    parts,
  }: { identity: RequestIdentity | undefined; ref: string | undefined; parts: ModerationParts },
): Promise<z.infer<typeof Done>> {
  const submission = new Submission()
  const authority = { isAgent: true, isAdmin: true, granted: NO_GRANTS }
  const who = { senderId: identity?.userId ?? 0, clientId: ref, authority }
  parts.writer.submit({ ...draft, ...who } as NewEntry, submission)
  const { id, offset, createdAt } = await submission.stored
  return { id, offset, created_at: createdAt }
}

function actPayload({
  id,
  at,
  actorId,
  act,
  userId,
  kind,
  chatId,
  messageId,
  detail,
}: AdminAction) {
  return {
    ...{ id, at, actor: actorId ?? 0, act },
    ...(userId === undefined ? {} : { user: userId }),
    ...(kind === undefined ? {} : { kind }),
    ...(chatId === undefined ? {} : { chat: chatId }),
    ...(messageId === undefined ? {} : { message: messageId }),
    ...(detail === undefined ? {} : { detail: JSON.parse(detail) as unknown }),
  }
}
