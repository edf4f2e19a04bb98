import { useRef, useState } from 'react'
import { type ShownQueue, useClient, useDisplayName, useSupportQueue } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { Avatar } from '../parts/avatar.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { withoutBidi } from '../text/bidi.ts'
import { NumberForm } from './number-form.tsx'
import { Panel } from './panel.tsx'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { type Act, useAct } from './use-act.ts'
import { usePassed } from './waiting-time.ts'

type Queued = ShownQueue['chats'][number]

/** The queue of the support desk: who waits, since when, and whose business it is. */
export function DeskPanel() {
  const words = useWords().panels.desk
  const { chats, status, error, reload, assign, close } = useSupportQueue()
  const { problem, act } = useAct()
  const open = async ([support_chat_id]: readonly number[]) => {
    window.location.hash = hrefOf({
      chat: { support_chat_id: support_chat_id! },
      panel: 'desk',
    })
    return true
  }
  return (
    <Panel title={words.title}>
      <div className="pane-body">
        <Problem text={problem} />
        {chats.length === 0 && (
          <PanelState {...{ status, error }} empty={words.empty} onRetry={reload} />
        )}
        <ul>
          {chats.map((chat) => (
            <li key={chat.support_chat_id}>
              <QueueRow {...{ chat, act, assign, close }} />
            </li>
          ))}
        </ul>
        <div className="padded">
          <NumberForm label={words.beginLabel} action={words.begin} onSubmit={open} />
        </div>
      </div>
    </Panel>
  )
}

interface QueueRowProps extends Pick<Act, 'act'>, Pick<ShownQueue, 'assign' | 'close'> {
  readonly chat: Queued
}

function QueueRow({ chat, act, assign, close }: QueueRowProps) {
  const all = useWords()
  const words = all.panels.desk
  const { userId } = useClient()
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState<'menu' | 'give'>()
  const { support_chat_id: id, assignee, last_message } = chat
  const title = all.chats.support(id)
  const isMine = assignee === userId
  const items = [
    ...(isMine
      ? []
      : [
          {
            icon: 'check',
            label: words.take,
            onChoose: () => void act(() => assign(id, userId)),
          } as const,
        ]),
    { icon: 'people', label: words.give, onChoose: () => setOpen('give') } as const,
    ...(assignee === null
      ? []
      : [
          {
            icon: 'leave',
            label: words.release,
            onChoose: () => void act(() => assign(id, null)),
          } as const,
        ]),
    {
      ...({ icon: 'close', label: words.close, isDangerous: true } as const),
      onChoose: () => void act(() => close(id)),
    },
  ]
  return (
    <div>
      <div className="with-tool">
        <a
          className="list-row tall"
          href={hrefOf({ chat: { support_chat_id: id }, panel: 'desk' })}
        >
          <Avatar id={-id} name={title} isSquare />
          <span className="title one-line">{title}</span>
          <span className="meta">
            {chat.waiting_since === null ? words.answered : <Waiting since={chat.waiting_since} />}
          </span>
          <span className="text">
            <span className="one-line block" dir="auto">
              {withoutBidi(last_message?.content ?? '')}
            </span>
            <Assignee id={assignee} />
          </span>
        </a>
        <button
          ref={button}
          type="button"
          className="icon-button"
          aria-haspopup="menu"
          aria-expanded={open === 'menu'}
          aria-label={words.actions(title)}
          title={words.actions(title)}
          onClick={() => setOpen('menu')}
        >
          <Icon name="more" />
        </button>
      </div>
      {open === 'menu' && (
        <Menu
          anchor={button}
          label={words.actions(title)}
          items={items}
          onClose={() => setOpen((now) => (now === 'menu' ? undefined : now))}
        />
      )}
      {open === 'give' && (
        <div className="padded">
          <NumberForm
            label={words.giveLabel}
            action={words.assign}
            onSubmit={async ([agent]) => {
              const isDone = await act(() => assign(id, agent!))
              if (isDone) setOpen(undefined)
              return isDone
            }}
          />
        </div>
      )}
    </div>
  )
}

function Waiting({ since }: { readonly since: string }) {
  const words = useWords().panels.desk
  return <strong>{words.waiting(usePassed(since))}</strong>
}

function Assignee({ id }: { readonly id: number | null }) {
  const words = useWords().panels.desk
  const { userId } = useClient()
  const name = useDisplayName(id ?? userId)
  if (id === null) return words.nobody
  return id === userId ? words.mine : words.others(name)
}
