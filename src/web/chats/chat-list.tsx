import { useId, useState } from 'react'
import { chatKeyOf } from '../../protocol/chat.ts'
import { useChats } from '../../react/react.ts'
import { useRoute } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { useRoving } from '../parts/use-roving.ts'

import { ChatLink } from './chat-link.tsx'

/** From so many chats on there is a field to find one. */
const MANY = 7

/** The chats of the user, the one with the newest message first. */
export function ChatList() {
  const words = useWords().chats
  const { chats, status, reload } = useChats()
  const { chat } = useRoute()
  const [filter, setFilter] = useState('')
  const headingId = useId()
  const wanted = filter.trim().toLowerCase()
  const found = chats.filter(({ title }) => title.toLowerCase().includes(wanted))
  const current = chat && chatKeyOf(chat)
  const roving = useRoving(
    found.map(({ key }) => key),
    current,
  )
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} className="section-head">
        {words.title}
      </h2>
      {chats.length >= MANY && (
        <input
          className="input filter"
          type="search"
          value={filter}
          placeholder={words.filter}
          aria-label={words.filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      {status === 'error' && (
        <p className="notice" role="alert">
          {words.failed}
          <button type="button" className="button small" onClick={reload}>
            {words.retry}
          </button>
        </p>
      )}
      <ul {...roving.listProps}>
        {found.map((row) => (
          <li key={row.key}>
            <ChatLink
              row={row}
              isCurrent={row.key === current}
              roving={roving.itemProps(row.key)}
            />
          </li>
        ))}
      </ul>
      {status === 'ready' && found.length === 0 && (
        <p className="soft padded">{chats.length > 0 ? words.noMatch : words.empty}</p>
      )}
      {status === 'loading' && chats.length === 0 && <ListShadow />}
    </section>
  )
}

/** Where rows will be, until they are known. */
function ListShadow() {
  return (
    <div className="shadow-rows" aria-hidden="true">
      {[1, 2, 3, 4].map((n) => (
        <div key={n} className="list-row">
          <span className="avatar" />
          <span className="title" />
          <span className="text" />
        </div>
      ))}
    </div>
  )
}
