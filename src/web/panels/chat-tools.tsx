import { type ChatRef, useConnection } from '../../react/react.ts'
import { useRoute } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { openPanel, type PanelName, parsePanel } from './panel-route.ts'

interface ChatToolsProps {
  readonly chat: ChatRef
}

/** The ways from a chat to what stands beside it. */
export function ChatTools({ chat }: ChatToolsProps) {
  const words = useWords().panels
  const { hasMembers } = useConnection()
  const hasMembersPanel = hasMembers === true && chat.chat_id !== undefined
  return (
    <>
      <Tool chat={chat} panel="search" icon="search" label={words.search.title} />
      <Tool chat={chat} panel="pins" icon="pin" label={words.pins.title} />
      {hasMembersPanel && (
        <Tool chat={chat} panel="members" icon="people" label={words.members.title} />
      )}
    </>
  )
}

interface ToolProps extends ChatToolsProps {
  readonly panel: PanelName
  readonly icon: IconName
  readonly label: string
}

function Tool({ chat, panel, icon, label }: ToolProps) {
  const route = useRoute()
  const isOpen = parsePanel(route.panel)?.name === panel
  return (
    <button
      type="button"
      className="icon-button"
      aria-expanded={isOpen}
      aria-label={label}
      title={label}
      onClick={() => openPanel({ chat }, isOpen ? undefined : panel)}
    >
      <Icon name={icon} />
    </button>
  )
}
