import { useId } from 'react'
import { useChatRow, useClient, usePublicChats } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { Avatar } from '../parts/avatar.tsx'
import { withoutBidi } from '../text/bidi.ts'
import { Panel } from './panel.tsx'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { useAct } from './use-act.ts'

/** The chats that anyone may join. */
export function PublicChatsPanel() {
  const words = useWords().panels
  const { query, setQuery, results, status, error, hasMore, loadMore, reload } = usePublicChats()
  const { problem, act } = useAct()
  const fieldId = useId()
  return (
    <Panel title={words.publicChats.title}>
      <div className="field padded">
        <label htmlFor={fieldId}>{words.publicChats.label}</label>
        <input
          id={fieldId}
          className="input"
          type="search"
          data-pane-stop=""
          dir="auto"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className="pane-body">
        <Problem text={problem} />
        {results.length === 0 && (
          <PanelState {...{ status, error }} empty={words.publicChats.none} onRetry={reload} />
        )}
        <ul>
          {results.map(({ chat_id, title, members }) => (
            <li key={chat_id}>
              <PublicChat {...{ chat_id, title, members, act }} />
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="button" onClick={() => void loadMore()}>
            {words.more}
          </button>
        )}
      </div>
    </Panel>
  )
}

interface PublicChatProps extends Pick<ReturnType<typeof useAct>, 'act'> {
  readonly chat_id: number
  readonly title: string | undefined
  readonly members: number
}

function PublicChat({ chat_id, title, members, act }: PublicChatProps) {
  const words = useWords().panels
  const client = useClient()
  const { role } = useChatRow({ chat_id })
  const name = withoutBidi(title ?? words.publicChats.untitled(chat_id))
  const open = hrefOf({ chat: { chat_id } })
  const join = async () => {
    if (await act(() => client.join(chat_id))) window.location.hash = open
  }
  return (
    <div className="with-tool">
      <a className="list-row" href={open}>
        <Avatar id={chat_id} name={name} isSquare />
        <span className="title one-line" dir="auto">
          {name}
        </span>
        <span className="text">{words.members.count(members)}</span>
      </a>
      {role ? (
        <span className="soft">{words.publicChats.joined}</span>
      ) : (
        <button
          type="button"
          className="button small"
          aria-label={words.publicChats.joinOf(name)}
          onClick={() => void join()}
        >
          {words.publicChats.join}
        </button>
      )}
    </div>
  )
}
