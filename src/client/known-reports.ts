import type { ReportResolved } from '../protocol/access-events.ts'
import type { ReportPayload } from '../protocol/access-fields.ts'
import type { Chat } from '../protocol/chat.ts'

/** The reports that wait for someone to resolve them, as far as is known. */
export class KnownReports {
  readonly #reports = new Map<number, Readonly<ReportPayload>>()
  #sorted: readonly Readonly<ReportPayload>[] | undefined

  /** The oldest first; the same array until one changed. */
  all(): readonly Readonly<ReportPayload>[] {
    this.#sorted ??= [...this.#reports.values()].sort((a, b) => a.id - b.id)
    return this.#sorted
  }

  told(reports: readonly ReportPayload[]): void {
    for (const report of reports)
      if (report.resolution === undefined) this.#reports.set(report.id, report)
      else this.#reports.delete(report.id)
    this.#sorted = undefined
  }

  resolved({ report_id }: ReportResolved): void {
    if (this.#reports.delete(report_id)) this.#sorted = undefined
  }

  /** The user is not to see those of a chat any more. */
  forget(chat: Chat): void {
    for (const { id, chat_id, support_chat_id } of this.#reports.values())
      if ((chat.kind === 'chat' ? chat_id : support_chat_id) === chat.id) this.#reports.delete(id)
    this.#sorted = undefined
  }

  clear(): void {
    this.#reports.clear()
    this.#sorted = undefined
  }
}
