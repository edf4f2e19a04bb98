import type { NewEntry } from '../../../storage/entries.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { EntryDraft } from '../access-drafts.ts'
import type { HandlerContext } from './handler.ts'

/** Submits an entry to the log in the name of the connection's user. */
export function submit(
  { client_id }: { readonly client_id?: string | undefined },
  { sender, context }: { sender: Connection; context: HandlerContext },
  draft: EntryDraft,
): void {
  const entry = {
    ...draft,
    senderId: sender.userId,
    clientId: client_id,
    authority: context.access.authorityOf(sender, draft.type),
  }
  context.writer.submit(entry as NewEntry, sender)
}
