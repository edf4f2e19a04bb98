import { useState } from 'react'
import { isAtLeast } from '../../protocol/chat-role.ts'
import { useMembers } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { ChatSettingsForm } from './chat-settings-form.tsx'
import { Confirm } from './confirm.tsx'
import { MemberRow } from './member-row.tsx'
import { NotifyChoice } from './notify-choice.tsx'
import { NumberForm } from './number-form.tsx'
import { Panel } from './panel.tsx'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { useAct } from './use-act.ts'

/** Who is in a chat, what each may do there, and what may be done about it. */
export function MembersPanel({ chatId }: { readonly chatId: number }) {
  const words = useWords().panels
  const members = useMembers(chatId)
  const { status, error, role, memberCount, direct, hasMore } = members
  const { problem, act } = useAct()
  const mayModerate = role !== undefined && isAtLeast(role, 'moderator')
  return (
    <Panel title={words.members.title}>
      <div className="pane-body">
        <Problem text={problem} />
        {members.members.length === 0 && (
          <PanelState {...{ status, error }} onRetry={members.reload} />
        )}
        {memberCount !== undefined && (
          <p className="section-head">{words.members.count(memberCount)}</p>
        )}
        <ul>
          {members.members.map((member) => (
            <li key={member.userId}>
              <MemberRow
                member={member}
                ownRole={direct === undefined ? role : undefined}
                act={act}
                does={members}
              />
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="button" onClick={() => void members.loadMore()}>
            {words.more}
          </button>
        )}
        <div className="padded stack">
          {mayModerate && direct === undefined && (
            <>
              <NumberForm
                label={words.members.addLabel}
                action={words.members.add}
                hint={words.members.addHint}
                takesMany
                onSubmit={(ids) => act(() => members.add(ids))}
              />
              <NumberForm
                label={words.members.unbanLabel}
                action={words.members.unban}
                onSubmit={([id]) => act(() => members.unban(id!))}
              />
              {members.settings && (
                <ChatSettingsForm
                  settings={members.settings}
                  isOwner={role === 'owner'}
                  act={act}
                  change={members.change}
                />
              )}
            </>
          )}
          {role && <NotifyChoice chat={{ chat_id: chatId }} act={act} />}
          {role && direct === undefined && <Leave act={act} leave={members.leave} />}
          {!role && members.settings?.visibility === 'public' && (
            <>
              <p className="soft">{words.members.joinHint}</p>
              <button
                type="button"
                className="button primary"
                onClick={() => void act(members.join)}
              >
                {words.members.join}
              </button>
            </>
          )}
        </div>
      </div>
    </Panel>
  )
}

interface LeaveProps extends Pick<ReturnType<typeof useAct>, 'act'> {
  readonly leave: () => Promise<unknown>
}

function Leave({ act, leave }: LeaveProps) {
  const words = useWords().panels.members
  const [isAsking, setAsking] = useState(false)
  const go = async () => {
    setAsking(false)
    if (await act(leave)) window.location.hash = hrefOf({})
  }
  return (
    <>
      <button type="button" className="button danger" onClick={() => setAsking(true)}>
        <Icon name="leave" />
        {words.leave}
      </button>
      {isAsking && (
        <Confirm
          title={words.leave}
          text={words.leaveAsk}
          action={words.leave}
          onConfirm={() => void go()}
          onCancel={() => setAsking(false)}
        />
      )}
    </>
  )
}
