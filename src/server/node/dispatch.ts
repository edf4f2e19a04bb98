import type { ClientFrames } from '../../protocol/client-frames.ts'
import { handleAccessAct } from './handlers/access-acts.ts'
import {
  handleBlocked,
  handleChat,
  handleMembers,
  handlePins,
  handlePublicChats,
  handleReports,
  handleThreads,
  handleUsers,
} from './handlers/access-questions.ts'
import { handleAuth } from './handlers/auth.ts'
import { handleDelete, handleEdit, handleReact } from './handlers/change-message.ts'
import { handleChats } from './handlers/chats.ts'
import type { Handler } from './handlers/handler.ts'
import { handleHistory } from './handlers/history.ts'
import { handleNewMessage } from './handlers/new-message.ts'
import {
  handleActivity,
  handlePing,
  handlePresence,
  handleReceipt,
  handleTyping,
} from './handlers/presence.ts'
import { handleSearch } from './handlers/search.ts'
import { handleSubscribe } from './handlers/subscribe.ts'
import { handleSupportQueue, handleSupportUpdate } from './handlers/support-desk.ts'

/** Frame type → what acts on it. */
export const HANDLERS: {
  readonly [Type in keyof ClientFrames]: Handler<ClientFrames[Type]>
} = {
  NEW_MESSAGE: handleNewMessage,
  NEW_SUPPORT_MESSAGE: handleNewMessage,
  EDIT: handleEdit,
  DELETE: handleDelete,
  REACT: handleReact,
  DELIVERED: handleReceipt,
  READ: handleReceipt,
  TYPING: handleTyping,
  ACTIVITY: handleActivity,
  PRESENCE: handlePresence,
  SUBSCRIBE: handleSubscribe,
  HISTORY: handleHistory,
  CHATS: handleChats,
  SEARCH: handleSearch,
  SUPPORT_UPDATE: handleSupportUpdate,
  SUPPORT_QUEUE: handleSupportQueue,
  PING: handlePing,
  AUTH: handleAuth,
  CREATE_CHAT: handleAccessAct,
  CHANGE_CHAT: handleAccessAct,
  DIRECT: handleAccessAct,
  JOIN: handleAccessAct,
  LEAVE: handleAccessAct,
  ADD_MEMBERS: handleAccessAct,
  REMOVE_MEMBERS: handleAccessAct,
  SET_ROLE: handleAccessAct,
  MUTE: handleAccessAct,
  BAN: handleAccessAct,
  UNBAN: handleAccessAct,
  PROFILE: handleAccessAct,
  BLOCK: handleAccessAct,
  UNBLOCK: handleAccessAct,
  REPORT: handleAccessAct,
  RESOLVE_REPORT: handleAccessAct,
  PIN: handleAccessAct,
  CHAT_SETTINGS: handleAccessAct,
  FOLLOW: handleAccessAct,
  CHAT: handleChat,
  MEMBERS: handleMembers,
  PUBLIC_CHATS: handlePublicChats,
  USERS: handleUsers,
  BLOCKED: handleBlocked,
  PINS: handlePins,
  THREADS: handleThreads,
  REPORTS: handleReports,
}
