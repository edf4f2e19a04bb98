import { setImmediate as nextTurn } from 'node:timers/promises'
import { errorFrame } from '../../../protocol/error-frame.ts'
import type { AnswerFrame } from '../../../protocol/questions.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { HandlerContext } from './handler.ts'

/** Settles when the question that began last has had its turn of the event loop. */
let lastTurn: Promise<unknown> = Promise.resolve()

/**
 * A turn of the event loop in which no other question begins. SQLite answers within the turn in which it
 * is asked, so questions of many connections would be one long turn.
 */
function ownTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => nextTurn())
  return lastTurn
}

/**
 * Answers a question with what `read` resolves to, once earlier questions of the connection are
 * answered. When it cannot be read, the client is told to ask again.
 */
export function answerInTurn(
  question: { readonly client_id?: string | undefined },
  { sender, context }: { sender: Connection; context: HandlerContext },
  read: () => Promise<AnswerFrame>,
): void {
  const { client_id } = question
  sender.inTurn(async () => {
    try {
      await ownTurn()
      const answer = await read()
      context.responder.reply(sender, client_id === undefined ? answer : { ...answer, client_id })
    } catch {
      const message = 'It could not be read; ask again later'
      context.responder.reply(
        sender,
        errorFrame('STORAGE_UNAVAILABLE', message, { ref: client_id }),
      )
    }
  })
}
