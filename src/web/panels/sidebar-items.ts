import { isAtLeast } from '../../protocol/chat-role.ts'
import { useChats, useConnection, useReports, useSupportQueue } from '../../react/react.ts'
import { useRoute } from '../app/route.ts'
import { useWords } from '../i18n/words.ts'
import type { IconName } from '../parts/icon.tsx'
import type { MenuItem } from '../parts/menu.tsx'
import { openPanel, type PanelName } from './panel-route.ts'

/** What of all chats the user may look at, as items of a menu; what the server has not, or refuses, is left out. */
export function useSidebarItems(): MenuItem[] {
  const words = useWords().panels
  const route = useRoute()
  const { hasMembers = false } = useConnection()
  const isModerator = useIsModerator(hasMembers)
  const isAgent = useSupportQueue().status === 'ready'
  const item = (panel: PanelName, icon: IconName, label: string): MenuItem => ({
    ...{ icon, label },
    onChoose: () => openPanel(route, panel),
  })
  return [
    item('search', 'search', words.search.title),
    item('threads', 'thread', words.threads.title),
    ...(hasMembers ? [item('public', 'people', words.publicChats.title)] : []),
    ...(isAgent ? [item('desk', 'support', words.desk.title)] : []),
    ...(isModerator ? [item('reports', 'warning', words.reports.title)] : []),
    item('blocked', 'shield', words.blocked.title),
  ]
}

/** Whether reports come to the user: admins everywhere, moderators of chats where there are any. */
function useIsModerator(hasMembers: boolean): boolean {
  const { reports, status } = useReports()
  const { chats } = useChats()
  if (!hasMembers) return status === 'ready'
  return reports.length > 0 || chats.some(({ role }) => role && isAtLeast(role, 'moderator'))
}
