import { errorFrame } from '../../../protocol/error-frame.ts'
import type { AnswerFrame } from '../../../protocol/questions.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { HandlerContext } from './handler.ts'

/** Those that wait to begin, in order; undefined while no question has begun in this turn. */
let waiting: (() => void)[] | undefined

/**
 * Resolves at once where no other question has begun in this turn of the event loop, otherwise in a turn
 * of its own. SQLite answers within the turn in which it is asked, so questions of many connections
 * would be one long turn.
 */
function ownTurn(): Promise<void> {
  if (waiting) return new Promise((resolve) => waiting!.push(resolve))
  waiting = []
  setImmediate(endTurn)
  return Promise.resolve()
}

function endTurn(): void {
  const next = waiting!.shift()
  if (next) {
    setImmediate(endTurn)
    next()
  } else waiting = undefined
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
      // It may have gone while others had their turns.
      if (!sender.isOpen) return
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
