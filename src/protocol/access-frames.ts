import { z } from 'zod'
import {
  Avatar,
  chatSettings,
  HistoryRule,
  Notify,
  Reason,
  RoleOfMember,
  Title,
  Until,
  UserIds,
  UserName,
  Visibility,
} from './access-fields.ts'
import { withChat, withMessage } from './chat-schema.ts'
import { ClientId, request } from './frame-fields.ts'
import { Id } from './id.ts'

/** Makes a chat; its ACK has the chat's id. Whoever makes it is its owner. */
export const CreateChat = z.strictObject({
  type: z.literal('CREATE_CHAT'),
  client_id: ClientId,
  title: Title.optional(),
  /** Private unless said otherwise. */
  visibility: Visibility.optional(),
  /** What those who join later may read; all unless said otherwise. */
  history: HistoryRule.optional(),
  /** Members from the beginning. */
  members: UserIds.optional(),
})
export type CreateChat = z.infer<typeof CreateChat>

export const ChangeChat = z.strictObject({
  type: z.literal('CHANGE_CHAT'),
  chat_id: Id,
  ...chatSettings,
  ...request,
})
export type ChangeChat = z.infer<typeof ChangeChat>

/** Finds the direct chat with a user, or makes it; its ACK has the chat's id. */
export const Direct = z.strictObject({
  type: z.literal('DIRECT'),
  client_id: ClientId,
  user: Id,
})
export type Direct = z.infer<typeof Direct>

const inChat = { chat_id: Id, ...request }

export const Join = z.strictObject({ type: z.literal('JOIN'), ...inChat })
export type Join = z.infer<typeof Join>

export const Leave = z.strictObject({ type: z.literal('LEAVE'), ...inChat })
export type Leave = z.infer<typeof Leave>

export const AddMembers = z.strictObject({
  type: z.literal('ADD_MEMBERS'),
  users: UserIds,
  /** Member unless said otherwise. */
  role: RoleOfMember.optional(),
  ...inChat,
})
export type AddMembers = z.infer<typeof AddMembers>

export const RemoveMembers = z.strictObject({
  type: z.literal('REMOVE_MEMBERS'),
  users: UserIds,
  ...inChat,
})
export type RemoveMembers = z.infer<typeof RemoveMembers>

export const SetRole = z.strictObject({
  type: z.literal('SET_ROLE'),
  user: Id,
  role: RoleOfMember,
  ...inChat,
})
export type SetRole = z.infer<typeof SetRole>

/** Keeps a member from writing until a time; null lets the member write again. */
export const Mute = z.strictObject({ type: z.literal('MUTE'), user: Id, until: Until, ...inChat })
export type Mute = z.infer<typeof Mute>

/** Removes a user and keeps the user out: of a chat, or without one of the server. */
export const Ban = z.strictObject({
  type: z.literal('BAN'),
  user: Id,
  chat_id: Id.optional(),
  /** For good unless said otherwise. */
  until: Until.optional(),
  reason: Reason.optional(),
  ...request,
})
export type Ban = z.infer<typeof Ban>

export const Unban = z.strictObject({
  type: z.literal('UNBAN'),
  user: Id,
  chat_id: Id.optional(),
  ...request,
})
export type Unban = z.infer<typeof Unban>

/** Sets what the user is called and looks like; null takes it away. */
export const Profile = z.strictObject({
  type: z.literal('PROFILE'),
  name: UserName.nullable().optional(),
  avatar: Avatar.nullable().optional(),
  ...request,
})
export type Profile = z.infer<typeof Profile>

/** From now on nothing that the other writes in their direct chat is sent to the user. */
export const Block = z.strictObject({ type: z.literal('BLOCK'), user: Id, ...request })
export type Block = z.infer<typeof Block>

export const Unblock = z.strictObject({ type: z.literal('UNBLOCK'), user: Id, ...request })
export type Unblock = z.infer<typeof Unblock>

/** Tells the moderators of a message. */
export const ReportMessage = withMessage(
  z.strictObject({ type: z.literal('REPORT'), reason: Reason, ...request }),
)
export type ReportMessage = z.infer<typeof ReportMessage>

/** Ends a report; for moderators of its chat and admins. */
export const ResolveReport = z.strictObject({
  type: z.literal('RESOLVE_REPORT'),
  report_id: Id,
  /** What was done. */
  resolution: Reason,
  ...request,
})
export type ResolveReport = z.infer<typeof ResolveReport>

/** Keeps a message at hand for all of its chat, or no longer. */
export const Pin = withMessage(
  z.strictObject({ type: z.literal('PIN'), pinned: z.boolean(), ...request }),
)
export type Pin = z.infer<typeof Pin>

/** Sets how the user wants a chat, on all devices. */
export const ChatSettings = withChat(
  z.strictObject({ type: z.literal('CHAT_SETTINGS'), notify: Notify, ...request }),
)
export type ChatSettings = z.infer<typeof ChatSettings>

/** Follows the thread that begins with a message, or no longer. */
export const Follow = withMessage(
  z.strictObject({ type: z.literal('FOLLOW'), followed: z.boolean(), ...request }),
)
export type Follow = z.infer<typeof Follow>

/** Type of a frame about members, names or moderation, all put into the log → its schema. */
export const ACCESS_FRAMES = {
  CREATE_CHAT: { schema: CreateChat },
  CHANGE_CHAT: { schema: ChangeChat },
  DIRECT: { schema: Direct },
  JOIN: { schema: Join },
  LEAVE: { schema: Leave },
  ADD_MEMBERS: { schema: AddMembers },
  REMOVE_MEMBERS: { schema: RemoveMembers },
  SET_ROLE: { schema: SetRole },
  MUTE: { schema: Mute },
  BAN: { schema: Ban },
  UNBAN: { schema: Unban },
  PROFILE: { schema: Profile },
  BLOCK: { schema: Block },
  UNBLOCK: { schema: Unblock },
  REPORT: { schema: ReportMessage },
  RESOLVE_REPORT: { schema: ResolveReport },
  PIN: { schema: Pin },
  CHAT_SETTINGS: { schema: ChatSettings },
  FOLLOW: { schema: Follow },
} as const
