import { ChatwsError } from '../../../protocol/error.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import type { AnswerFrame } from '../../../protocol/questions.ts'
import { turnOf } from '../../../storage/turns.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { HandlerContext } from './handler.ts'

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
      await turnOf(sender.userId)
      // It may have gone while others had their turns.
      if (!sender.isOpen) return
      const answer = await read()
      context.responder.reply(sender, client_id === undefined ? answer : { ...answer, client_id })
    } catch (error) {
      context.responder.reply(sender, refusalOf(error, client_id))
    }
  })
}

/** What is said of an error: that the question is refused, or that it may be asked again. */
function refusalOf(error: unknown, ref: string | undefined) {
  if (error instanceof ChatwsError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN'))
    return errorFrame(error.code, error.message, { ref })
  return errorFrame('STORAGE_UNAVAILABLE', 'It could not be read; ask again later', { ref })
}
