import type {
  BlocksChanged,
  ChatChanged,
  ChatSettingsChanged,
  MembersChanged,
  MessagePinned,
  Reported,
  ReportResolved,
  ThreadFollowed,
  UserChanged,
} from '../protocol/access-events.ts'
import type { ChatRef } from '../protocol/chat.ts'
import type {
  DeletionPayload,
  EditPayload,
  MessagePayload,
  SupportChatPayload,
  SupportDeletionPayload,
  SupportEditPayload,
  SupportMessagePayload,
} from '../protocol/payloads.ts'
import type { AnswerFrame } from '../protocol/questions.ts'
import type {
  Announcement,
  ConnectionEstablished,
  ErrorFrame,
  Reaction,
  Receipt,
  ServerFrame,
  UserActivity,
  UserTyping,
} from '../protocol/server-frames.ts'
import type { LogPosition } from './log-cursor.ts'
import type { ConnectionStatus } from './reconnecting-socket.ts'
import type { ChatSelection } from './subscription.ts'

/** Event → what its listeners get. What has a `chat_id` or `support_chat_id` is of that chat. */
export interface ChatClientEvents {
  status: ConnectionStatus
  /** A connection was greeted: who is online, and where the log stands. */
  established: ConnectionEstablished
  /** A user came, or left at `timestamp`. */
  presence: { userId: number; isOnline: boolean; timestamp: string }
  activity: UserActivity
  message: MessagePayload
  supportMessage: SupportMessagePayload
  edited: EditPayload | SupportEditPayload
  deleted: DeletionPayload | SupportDeletionPayload
  reaction: Reaction
  /** A support chat was opened, closed or given to another agent. */
  supportChat: SupportChatPayload
  /** A chat was made or changed; with `added` it was just made. */
  chatChanged: ChatChanged
  /** Who is in a chat has changed, or what a member may do. */
  membersChanged: MembersChanged
  /** A user has another name or picture. */
  userChanged: UserChanged
  pinned: MessagePinned
  /** The user has blocked someone, or no longer, on whichever device. */
  blocksChanged: BlocksChanged
  /** The user has other settings of a chat. */
  chatSettings: ChatSettingsChanged
  /** The user follows a thread, or no longer. */
  threadFollowed: ThreadFollowed
  /** A message was reported; told to who may resolve it. */
  reported: Reported
  reportResolved: ReportResolved
  /** The user has read a thread up to the message `id`, on this device. */
  threadRead: ChatRef & { readonly thread: number; readonly id: number }
  /** What these users are called is known now, or is another name. */
  names: { readonly ids: readonly number[] }
  /** Someone began to type, or stopped, or was not heard of any more. */
  typing: UserTyping
  /** How far a user has come in a chat; the own user's at once. */
  receipt: Receipt
  /** Whoever runs the server has something to say. */
  announcement: Announcement
  /** All that was missed while the connection was lost has been told. */
  resumed: { offset: number }
  /**
   * What was missed cannot be told, because the server's history is another one: what is known
   * should be read again.
   */
  gap: LogPosition
  /** From now on only these chats are told of. */
  narrowed: ChatSelection
  /** A question was answered, before its promise resolves. */
  answer: AnswerFrame
  /** The server refused a frame. */
  refused: ErrorFrame
  /** Every frame of the server, as it came. */
  frame: ServerFrame
  /** The server sent something that is no frame, or not a whole one; it was passed over. */
  invalid: { data: unknown }
}

/**
 * The same of what is told to the user's own connections, and to those who resolve reports. Where access
 * is open it stands beside the order that all are sent: it may come before or after its turn.
 */
const OWN_EVENTS = {
  BLOCKS_CHANGED: 'blocksChanged',
  CHAT_SETTINGS: 'chatSettings',
  THREAD_FOLLOWED: 'threadFollowed',
  REPORTED: 'reported',
  REPORT_RESOLVED: 'reportResolved',
} as const satisfies Partial<Record<ServerFrame['type'], keyof ChatClientEvents>>

/** Type of a durable frame → the event that tells it. */
export const DURABLE_EVENTS = {
  MESSAGE: 'message',
  SUPPORT_MESSAGE: 'supportMessage',
  MESSAGE_EDITED: 'edited',
  SUPPORT_MESSAGE_EDITED: 'edited',
  MESSAGE_DELETED: 'deleted',
  SUPPORT_MESSAGE_DELETED: 'deleted',
  REACTION: 'reaction',
  SUPPORT_CHAT: 'supportChat',
  CHAT_CHANGED: 'chatChanged',
  MEMBERS_CHANGED: 'membersChanged',
  USER_CHANGED: 'userChanged',
  MESSAGE_PINNED: 'pinned',
  ...OWN_EVENTS,
} as const satisfies Partial<Record<ServerFrame['type'], keyof ChatClientEvents>>

/** A frame with a place in the log. */
export type DurableFrame = Extract<ServerFrame, { type: keyof typeof DURABLE_EVENTS }>

/** Tells a frame with a place in the log from others. */
export function isDurable(frame: ServerFrame): frame is DurableFrame {
  return Object.hasOwn(DURABLE_EVENTS, frame.type)
}

/** Tells a durable frame that only some of those who are sent its neighbours get. */
export function isOwn(frame: DurableFrame): boolean {
  return Object.hasOwn(OWN_EVENTS, frame.type)
}
