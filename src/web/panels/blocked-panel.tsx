import { useBlocked, useDisplayName } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { NumberForm } from './number-form.tsx'
import { Panel } from './panel.tsx'
import { PanelState } from './panel-state.tsx'
import { Problem } from './problem.tsx'
import { useAct } from './use-act.ts'

/** Whom the user has blocked. */
export function BlockedPanel() {
  const words = useWords().panels.blocked
  const { blocked, status, error, block, unblock, reload } = useBlocked()
  const { problem, act } = useAct()
  return (
    <Panel title={words.title}>
      <div className="pane-body">
        <div className="padded stack">
          <NumberForm
            label={words.label}
            action={words.block}
            hint={words.hint}
            onSubmit={([id]) => act(() => block(id!))}
          />
          <Problem text={problem} />
        </div>
        {blocked.size === 0 && (
          <PanelState {...{ status, error }} empty={words.empty} onRetry={reload} />
        )}
        <ul>
          {[...blocked].map((id) => (
            <li key={id}>
              <BlockedUser id={id} onUnblock={() => void act(() => unblock(id))} />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}

interface BlockedUserProps {
  readonly id: number
  readonly onUnblock: () => void
}

function BlockedUser({ id, onUnblock }: BlockedUserProps) {
  const words = useWords().panels.blocked
  const name = useDisplayName(id)
  return (
    <div className="with-tool">
      <div className="list-row small still">
        <UserAvatar id={id} isSmall />
        <span className="title one-line" dir="auto">
          {name}
        </span>
      </div>
      <IconButton icon="close" label={words.unblock(name)} onClick={onUnblock} />
    </div>
  )
}
