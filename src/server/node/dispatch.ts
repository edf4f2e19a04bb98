import type { ClientFrames } from '../../protocol/client-frames.ts'
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
}
