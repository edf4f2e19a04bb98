import type { ChatKind } from '../../protocol/chat.ts'
import type { ChatRole } from '../../protocol/chat-role.ts'
import type {
  AdminAction,
  Ban,
  KnownChat,
  Member,
  Membership,
  Report,
  Standing,
  TokenPlace,
  UserProfile,
} from '../access-records.ts'
import type { Dialect } from './dialect.ts'
import { idOrNone, toIso } from './entry-row.ts'

type Time = Date | string

/** A row of a chat: see `CHAT_COLUMNS`. */
export interface ChatRow {
  chat_id: bigint
  title: string | null
  visibility: KnownChat['visibility']
  history: KnownChat['history']
  slow_mode: bigint
  retention: bigint | null
  direct: string | null
  created_by: bigint
  created_at: Time
  member_count: bigint
}

/** The columns of a ChatRow, of a chat under the alias `c`. */
export const CHAT_COLUMNS = `c.id AS chat_id, c.title AS title, c.visibility AS visibility,
    c.history AS history, c.slow_mode AS slow_mode, c.retention AS retention, c.direct AS direct,
    c.created_by AS created_by, c.created_at AS created_at, c.member_count AS member_count`

/** A row of a member: see `MEMBER_COLUMNS`. */
export interface MemberRow {
  user_id: bigint
  role: ChatRole
  joined_offset: bigint
  muted_until: Time | null
  muted_by: ChatRole | null
  last_written: Time | null
  added_by: bigint | null
}

/** The columns of a MemberRow but `user_id`, of a member under the alias `m`. */
export const MEMBER_COLUMNS = `m.role AS role, m.joined_offset AS joined_offset,
    m.muted_until AS muted_until, m.muted_by AS muted_by, m.last_written AS last_written,
    m.added_by AS added_by`

/** A row of what holds of who is no member: see `STANDING_COLUMNS`. */
export interface StandingRow {
  standing_of: bigint
  standing_role: 'reader' | null
  standing_muted_until: Time | null
  standing_muted_by: ChatRole | null
  standing_last_written: Time | null
  standing_joined_offset: bigint | null
}

/** The columns of a StandingRow, of a standing under the alias `s`. */
export const STANDING_COLUMNS = `s.user_id AS standing_of, s.role AS standing_role,
    s.muted_until AS standing_muted_until, s.muted_by AS standing_muted_by,
    s.last_written AS standing_last_written, s.joined_offset AS standing_joined_offset`

export function toStanding(row: StandingRow): Standing {
  return {
    role: row.standing_role ?? undefined,
    mutedUntil: timeOrNone(row.standing_muted_until),
    mutedBy: row.standing_muted_by ?? undefined,
    lastWritten: timeOrNone(row.standing_last_written),
    joinedOffset: idOrNone(row.standing_joined_offset),
  }
}

export function toChat(row: ChatRow): KnownChat {
  const [one, other] = row.direct?.split(' ') ?? []
  return {
    chatId: Number(row.chat_id),
    title: row.title ?? undefined,
    visibility: row.visibility,
    history: row.history,
    slowModeSeconds: Number(row.slow_mode),
    retentionSeconds: idOrNone(row.retention),
    direct: one === undefined ? undefined : [Number(one), Number(other)],
    createdBy: Number(row.created_by),
    madeAt: toIso(row.created_at),
    memberCount: Number(row.member_count),
  }
}

export function toMember(row: MemberRow): Member {
  return {
    userId: Number(row.user_id),
    role: row.role,
    joinedOffset: Number(row.joined_offset),
    mutedUntil: timeOrNone(row.muted_until),
    mutedBy: row.muted_by ?? undefined,
    lastWritten: timeOrNone(row.last_written),
    addedBy: idOrNone(row.added_by),
  }
}

/** A chat that a user comes into by a token, and what holds of the user there. */
export type TokenPlaceRow = ChatRow & {
  [Column in keyof StandingRow]: StandingRow[Column] | null
} & { banned: bigint | null; until: Time | null }

export function toTokenPlace(row: TokenPlaceRow): TokenPlace {
  const { joinedOffset, mutedUntil } = toStanding(row as StandingRow)
  const until = row.until === null ? null : toIso(row.until)
  return {
    ...{ chat: toChat(row), joinedOffset: joinedOffset ?? Number.MAX_SAFE_INTEGER, mutedUntil },
    bannedUntil: row.banned === null ? undefined : until,
  }
}

/** The columns of a ChatRow and a MemberRow, of a chat `c` and its member `m`. */
const MEMBERSHIP_COLUMNS = {
  ...{ chat_id: 'c.id', title: 'c.title', visibility: 'c.visibility', history: 'c.history' },
  ...{ slow_mode: 'c.slow_mode', retention: 'c.retention', direct: 'c.direct' },
  ...{ created_by: 'c.created_by', member_count: 'c.member_count', user_id: 'm.user_id' },
  ...{ role: 'm.role', joined_offset: 'm.joined_offset', muted_until: 'm.muted_until' },
  ...{ muted_by: 'm.muted_by', last_written: 'm.last_written', added_by: 'm.added_by' },
  created_at: 'c.created_at',
} as const satisfies Record<keyof (ChatRow & MemberRow), string>
const MEMBERSHIP_NAMES = Object.keys(MEMBERSHIP_COLUMNS)

/** A membership in one value: who has a thousand chats would wait for a thousand rows of 14 columns. */
export function membershipValue({ jsonOf }: Dialect): string {
  return jsonOf(Object.values(MEMBERSHIP_COLUMNS))
}

export function toMembership(value: string): Membership {
  const values: unknown[] = JSON.parse(value)
  const named = Object.fromEntries(MEMBERSHIP_NAMES.map((name, i) => [name, values[i]]))
  for (const name of ['muted_until', 'last_written', 'created_at']) named[name] = inUtc(named[name])
  const row = named as unknown as ChatRow & MemberRow
  return { ...toMember(row), chat: toChat(row) }
}

function inUtc(time: unknown): unknown {
  return typeof time !== 'string' || /[Z+]/.test(time) ? time : `${time}Z`
}

export interface UserRow {
  id: bigint
  name: string | null
  avatar: string | null
}

export function toUser({ id, name, avatar }: UserRow): UserProfile {
  return { userId: Number(id), name: name ?? undefined, avatar: avatar ?? undefined }
}

export interface BanRow {
  chat_id: bigint
  user_id: bigint
  until: Time | null
  reason: string | null
  by_role: ChatRole | null
  at: Time
}

/** The columns of a BanRow, of a ban under the alias `b`. */
export const BAN_COLUMNS = `b.chat_id AS chat_id, b.user_id AS user_id, b.until AS until,
    b.reason AS reason, b.by_role AS by_role, b.at AS at`

export function toBan(row: BanRow): Ban {
  return {
    userId: Number(row.user_id),
    until: row.until === null ? null : toIso(row.until),
    reason: row.reason ?? undefined,
    byRole: row.by_role ?? undefined,
    at: toIso(row.at),
  }
}

export interface ReportRow {
  id: bigint
  kind: ChatKind
  chat_id: bigint
  message_id: bigint
  sender_id: bigint
  reporter_id: bigint
  reason: string
  content: string
  created_at: Time
  resolution: string | null
  resolved_by: bigint | null
  resolved_at: Time | null
}

/** The columns of a ReportRow, of a report under the alias `r`. */
export const REPORT_COLUMNS = `r.id AS id, r.kind AS kind, r.chat_id AS chat_id,
    r.message_id AS message_id, r.sender_id AS sender_id, r.reporter_id AS reporter_id,
    r.reason AS reason, r.content AS content, r.created_at AS created_at,
    r.resolution AS resolution, r.resolved_by AS resolved_by, r.resolved_at AS resolved_at`

export function toReport(row: ReportRow): Report {
  return {
    id: Number(row.id),
    kind: row.kind,
    chatId: Number(row.chat_id),
    messageId: Number(row.message_id),
    senderId: Number(row.sender_id),
    reporterId: Number(row.reporter_id),
    reason: row.reason,
    content: row.content,
    createdAt: toIso(row.created_at),
    resolution: row.resolution ?? undefined,
    resolvedBy: idOrNone(row.resolved_by),
    resolvedAt: timeOrNone(row.resolved_at),
  }
}

export interface ActRow {
  id: bigint
  at: Time
  actor_id: bigint | null
  act: string
  user_id: bigint | null
  kind: ChatKind | null
  chat_id: bigint | null
  message_id: bigint | null
  detail: string | null
}

export function toAct(row: ActRow): AdminAction {
  return {
    id: Number(row.id),
    at: toIso(row.at),
    actorId: row.actor_id === null ? null : Number(row.actor_id),
    act: row.act,
    userId: idOrNone(row.user_id),
    kind: row.kind ?? undefined,
    chatId: idOrNone(row.chat_id),
    messageId: idOrNone(row.message_id),
    detail: row.detail ?? undefined,
  }
}

/** An act as the row that stores it. */
export function actRow(act: Omit<AdminAction, 'id'>, timestamp: (iso: string) => string): object {
  return {
    at: timestamp(act.at),
    actor_id: act.actorId,
    act: act.act,
    user_id: act.userId,
    kind: act.kind,
    chat_id: act.chatId,
    message_id: act.messageId,
    detail: act.detail,
  }
}

function timeOrNone(time: Time | null): string | undefined {
  return time === null ? undefined : toIso(time)
}
