import type { ReportPayload } from '../protocol/access-fields.ts'
import { MAX_LIST_PAGE } from '../protocol/limits.ts'
import type { Ack } from '../protocol/server-frames.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { handled } from './handled.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** The reports that wait for the user, or another moderator. */
export interface ShownReports {
  /** The oldest first. */
  readonly reports: readonly Readonly<ReportPayload>[]
  readonly status: AskedStatus
  readonly error: Error | undefined
  /** Ends a report with what was done about it. What is refused rejects; nobody need listen. */
  readonly resolve: (reportId: number, resolution: string) => Promise<Ack>
  readonly reload: () => void
}

/** The reports of a view; asked for once a connection. */
export class ReportQueue {
  readonly shown: Readable<ShownReports>

  constructor({ client, conversation }: ChatView) {
    const asked = new Asked(client, async () => {
      let after: number | undefined
      do {
        const page = { limit: MAX_LIST_PAGE, ...(after !== undefined && { after }) }
        const { reports, has_more } = await client.reports(page)
        after = has_more ? reports.at(-1)?.id : undefined
      } while (after !== undefined)
    })
    const resolve = (id: number, resolution: string) =>
      handled(client.resolveReport(id, resolution))
    const look = (): ShownReports => {
      const { status, error, reload } = asked
      return { reports: conversation.reports(), status, error, resolve, reload }
    }
    this.shown = whileRead(derive([conversation, asked], look(), look), () => asked.want())
  }
}
