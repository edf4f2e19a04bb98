import { memo, useId } from 'react'
import { useClient, useConnection, usePresence, useUser } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useFormat } from '../i18n/format.ts'
import { useWords } from '../i18n/words.ts'
import { useRoving } from '../parts/use-roving.ts'
import { UserAvatar } from '../parts/user-avatar.tsx'

/** So many people are listed; who is online comes first. */
const MAX_LISTED = 50

/** Who is here, and who was. */
export function PeopleList() {
  const words = useWords().people
  const { online, users } = usePresence()
  const { userId } = useClient()
  const headingId = useId()
  const others = users.filter((user) => user.userId !== userId)
  const here = others.filter(({ status }) => status !== 'offline')
  const gone = others.filter(({ status }) => status === 'offline')
  const listed = [...here, ...gone].slice(0, MAX_LISTED).map((user) => user.userId)
  const roving = useRoving(listed.map(String))
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} className="section-head">
        {words.title}
        <span>{words.online(online.length)}</span>
      </h2>
      <ul {...roving.listProps}>
        {listed.map((id) => (
          <li key={id}>
            <Person id={id} roving={roving.itemProps(String(id))} />
          </li>
        ))}
      </ul>
      {listed.length === 0 && <p className="soft padded">{words.nobody}</p>}
    </section>
  )
}

interface PersonProps {
  readonly id: number
  readonly roving: ReturnType<ReturnType<typeof useRoving>['itemProps']>
}

const Person = memo(
  function Person({ id, roving }: PersonProps) {
    const words = useWords().people
    const format = useFormat()
    const client = useClient()
    const { hasMembers } = useConnection()
    const { name, status = 'offline', lastSeen } = useUser(id)
    const about = lastSeen === undefined ? words[status] : words.lastSeen(format.ago(lastSeen))
    const write = async () => {
      const { id: chatId } = await client.direct(id)
      window.location.hash = hrefOf({ chat: { chat_id: chatId } })
    }
    const content = (
      <>
        <UserAvatar id={id} isSmall hasStatus />
        <span className="title one-line" dir="auto">
          {name}
        </span>
        <span className="text one-line">{about}</span>
      </>
    )
    // Where chats have no members there are no direct ones.
    return hasMembers ? (
      <button
        type="button"
        className="list-row small"
        title={words.message(name)}
        onClick={() => void write().catch(() => {})}
        {...roving}
      >
        {content}
      </button>
    ) : (
      <div className="list-row small still" {...roving}>
        {content}
      </div>
    )
  },
  (before, after) => before.id === after.id && before.roving.tabIndex === after.roving.tabIndex,
)
