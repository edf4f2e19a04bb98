import type { ChatRef } from '../../react/react.ts'
import { BlockedPanel } from './blocked-panel.tsx'
import { DeskPanel } from './desk-panel.tsx'
import { MembersPanel } from './members-panel.tsx'
import type { PanelPlace } from './panel-route.ts'
import { PinsPanel } from './pins-panel.tsx'
import { PublicChatsPanel } from './public-chats-panel.tsx'
import { ReportsPanel } from './reports-panel.tsx'
import { SearchPanel } from './search-panel.tsx'
import { ThreadPanel } from './thread-panel.tsx'
import { ThreadsPanel } from './threads-panel.tsx'

interface PanelContentProps {
  readonly place: PanelPlace
  readonly chat: ChatRef | undefined
}

/** The panel of a name; of a chat's own panels, nothing where no chat is open. */
export function PanelContent({ place: { name, id }, chat }: PanelContentProps) {
  switch (name) {
    case 'search':
      return <SearchPanel chat={chat} />
    case 'threads':
      return <ThreadsPanel />
    case 'public':
      return <PublicChatsPanel />
    case 'reports':
      return <ReportsPanel />
    case 'blocked':
      return <BlockedPanel />
    case 'desk':
      return <DeskPanel />
    case 'pins':
      return chat ? <PinsPanel chat={chat} /> : null
    case 'thread':
      return chat && id ? <ThreadPanel key={id} chat={chat} rootId={id} /> : null
    case 'members':
      return chat?.chat_id ? <MembersPanel key={chat.chat_id} chatId={chat.chat_id} /> : null
  }
}
