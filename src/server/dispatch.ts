import type { ClientFrame } from '../protocol/client-frames.ts'
import type { Connection } from './connection.ts'
import type { Handler, HandlerContext } from './handlers/handler.ts'
import { handleHistory } from './handlers/history.ts'
import { handleNewMessage } from './handlers/new-message.ts'

/** Frame type → what acts on it. */
const HANDLERS: {
  readonly [Type in ClientFrame['type']]?: Handler<Extract<ClientFrame, { type: Type }>>
} = {
  NEW_MESSAGE: handleNewMessage,
  NEW_SUPPORT_MESSAGE: handleNewMessage,
  HISTORY: handleHistory,
}

/** Takes a valid frame to its handler. */
export function dispatch(frame: ClientFrame, sender: Connection, context: HandlerContext): void {
  const handle = HANDLERS[frame.type] as Handler<ClientFrame> | undefined
  if (handle) handle(frame, sender, context)
  else
    context.reply(sender, {
      type: 'ERROR',
      code: 'UNKNOWN_TYPE',
      message: `${frame.type} is not answered yet`,
    })
}
