import { useId, useState } from 'react'
import { chatRef, type MessageRef, messageOf } from '../../protocol/chat.ts'
import { type ChatRef, type FoundMessage, useChatRow, useSearch } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { MessageLine } from './message-line.tsx'
import { Panel } from './panel.tsx'
import { useMessageHref } from './panel-route.ts'
import { PanelState } from './panel-state.tsx'

/** Finds messages by their words, in the chat that is open or in all. */
export function SearchPanel({ chat }: { readonly chat: ChatRef | undefined }) {
  const words = useWords().panels.search
  const [isEverywhere, setEverywhere] = useState(false)
  const name = useId()
  const isHere = chat !== undefined && !isEverywhere
  return (
    <Panel title={words.title}>
      {chat && (
        <fieldset className="segments">
          <legend className="unseen">{words.where}</legend>
          {[false, true].map((everywhere) => (
            <label key={String(everywhere)}>
              <input
                type="radio"
                name={name}
                checked={isEverywhere === everywhere}
                onChange={() => setEverywhere(everywhere)}
              />
              {everywhere ? words.everywhere : words.here}
            </label>
          ))}
        </fieldset>
      )}
      <Results chat={isHere ? chat : undefined} />
    </Panel>
  )
}

/** What was typed last: it is there again when the panel is. */
let lastQuery = ''

function Results({ chat }: { readonly chat: ChatRef | undefined }) {
  const words = useWords().panels
  const { query, setQuery, results, status, error, hasMore, loadMore, reload } = useSearch(chat)
  const [fieldId, hintId] = [useId(), useId()]
  // Another place is another search, for the same words.
  const [searched, setSearched] = useState<typeof setQuery>()
  if (searched !== setQuery) {
    setSearched(() => setQuery)
    if (lastQuery !== '') queueMicrotask(() => setQuery(lastQuery))
  }
  const change = (text: string) => {
    lastQuery = text
    setQuery(text)
  }
  return (
    <>
      <div className="field padded">
        <label htmlFor={fieldId}>{words.search.label}</label>
        <input
          id={fieldId}
          className="input"
          type="search"
          data-pane-stop=""
          dir="auto"
          autoComplete="off"
          value={query}
          aria-describedby={hintId}
          onChange={(event) => change(event.target.value)}
        />
        <span id={hintId} className="hint" role="status">
          {status === 'ready' && results.length > 0
            ? words.search.found(results.length)
            : words.search.hint}
        </span>
      </div>
      <div className="pane-body">
        {results.length === 0 && (
          <PanelState {...{ status, error }} empty={words.search.none} onRetry={reload} />
        )}
        <ul>
          {results.map((found) => (
            <li key={found.offset}>
              <FoundLine found={found} hasChat={chat === undefined} />
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="button" onClick={() => void loadMore()}>
            {words.more}
          </button>
        )}
      </div>
    </>
  )
}

interface FoundLineProps {
  readonly found: FoundMessage
  /** Whether it says which chat it is of. */
  readonly hasChat: boolean
}

function FoundLine({ found, hasChat }: FoundLineProps) {
  const hrefTo = useMessageHref()
  // It names one message, by whichever of the two keys.
  const { kind, id } = messageOf(found as MessageRef)
  const chat = chatRef(kind, (found.chat_id ?? found.support_chat_id)!)
  const { title } = useChatRow(chat)
  return (
    <MessageLine
      href={hrefTo({ chat, messageId: id })}
      senderId={found.sender_id}
      createdAt={found.created_at}
      text={found.snippet}
      chatTitle={hasChat ? title : undefined}
    />
  )
}
