import { type FormEvent, useId, useState } from 'react'
import { chatRef, type MessageRef, messageOf, messageRef } from '../../protocol/chat.ts'
import { type ShownReports, useClient, useDisplayName, useReports } from '../../react/react.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { withoutBidi } from '../text/bidi.ts'
import { Panel } from './panel.tsx'
import { useMessageHref } from './panel-route.ts'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { type Act, useAct } from './use-act.ts'

type Report = ShownReports['reports'][number]

/** The reports that wait for a moderator, the oldest first. */
export function ReportsPanel() {
  const words = useWords().panels.reports
  const { reports, status, error, resolve, reload } = useReports()
  const { problem, act } = useAct()
  return (
    <Panel title={words.title}>
      <div className="pane-body">
        <Problem text={problem} />
        {reports.length === 0 && (
          <PanelState {...{ status, error }} empty={words.empty} onRetry={reload} />
        )}
        <ul className="stack">
          {reports.map((report) => (
            <li key={report.id}>
              <ReportCard report={report} act={act} resolve={resolve} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

interface ReportCardProps extends Pick<Act, 'act'>, Pick<ShownReports, 'resolve'> {
  readonly report: Report
}

function ReportCard({ report, act, resolve }: ReportCardProps) {
  const words = useWords().panels.reports
  const client = useClient()
  const format = useFormat()
  const hrefTo = useMessageHref()
  const [resolution, setResolution] = useState('')
  const fieldId = useId()
  const names = [useDisplayName(report.reporter), useDisplayName(report.sender_id)] as const
  // It names one message, by whichever of the two keys.
  const { kind, id } = messageOf(report as MessageRef)
  const chat = chatRef(kind, (report.chat_id ?? report.support_chat_id)!)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void act(() => resolve(report.id, resolution.trim() || words.resolve))
  }
  return (
    <article className="card report" aria-label={words.of(...names)}>
      <header className="beside">
        <strong className="grow" dir="auto">
          {words.of(...names)}
        </strong>
        <time className="soft" dateTime={report.created_at}>
          {format.when(report.created_at)}
        </time>
      </header>
      <p dir="auto">{withoutBidi(report.reason)}</p>
      <blockquote dir="auto">{withoutBidi(report.content)}</blockquote>
      <div className="tools">
        <a className="button small" href={hrefTo({ chat, messageId: id })}>
          {words.open}
        </a>
        <button
          type="button"
          className="button small danger"
          onClick={() => void act(() => client.delete(messageRef(kind, id)))}
        >
          {words.remove}
        </button>
      </div>
      <form className="field" onSubmit={submit}>
        <label htmlFor={fieldId}>{words.resolution}</label>
        <div className="beside">
          <input
            id={fieldId}
            className="input"
            dir="auto"
            value={resolution}
            onChange={(event) => setResolution(event.target.value)}
          />
          <button type="submit" className="button">
            {words.resolve}
          </button>
        </div>
      </form>
    </article>
  )
}
