import { useEffect, useEffectEvent } from 'react'
import type { ChatRef } from '../../protocol/chat.ts'
import { useChat, useChats, useClient } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { joinTabs, type TabRoles } from './tab-roles.ts'

/** Tells the user of what waits: by the title and sign of the tab, and by notifications while no tab is looked at. */
export function Notifier() {
  useTabSign()
  useNotifications()
  return null
}

const NAME = 'chatws'

/** How many messages wait, in the title; and that any do, in the sign. */
function useTabSign(): void {
  const { totalUnread } = useChats()
  useEffect(() => {
    document.title = totalUnread > 0 ? `(${totalUnread}) ${NAME}` : NAME
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (icon) icon.href = totalUnread > 0 ? './icon-unread.svg' : './icon.svg'
  }, [totalUnread])
  useEffect(
    () => () => {
      document.title = NAME
    },
    [],
  )
}

type Payload = { id: number; sender_id: number; content: string; mentions?: number[] } & ChatRef

function useNotifications(): void {
  const client = useClient()
  const notify = useNotify()
  const came = useEffectEvent((payload: Payload, tabs: TabRoles) => void notify(payload, tabs))
  useEffect(() => {
    // A page that is not served safely has neither.
    if (!('locks' in navigator) || !('Notification' in window)) return undefined
    const tabs = joinTabs(client.userId)
    const ends = [
      client.on('message', (payload) => came(payload as unknown as Payload, tabs)),
      client.on('supportMessage', (payload) => came(payload as unknown as Payload, tabs)),
      () => tabs.close(),
    ]
    return () => {
      for (const end of ends) end()
    }
  }, [client])
}

/** Shows a message that the user wants to be told of, where no tab is looked at. */
function useNotify() {
  const words = useWords()
  const client = useClient()
  const { conversation } = useChat()
  return async (payload: Payload, tabs: TabRoles): Promise<void> => {
    if (payload.sender_id === client.userId || Notification.permission !== 'granted') return
    const { notify, direct, title } = conversation.chat(payload)
    const isMention = payload.mentions?.includes(client.userId) ?? false
    const isPersonal = isMention || direct !== undefined
    if (notify === 'none' || (notify === 'mentions' && !isMention) || !isPersonal) return
    if (!tabs.isLeader() || (await tabs.isLookedAt())) return
    const message = conversation.message(payload, payload.id)
    if (!message || message.isBlocked || message.deleted_at !== undefined) return
    const name = conversation.displayName(payload.sender_id)
    const shown = new Notification(title === undefined ? name : `${name} · ${title}`, {
      body: previewOf(message, words),
      icon: './icon.svg',
      // A connection that tells it twice shows it once.
      tag: `chatws ${payload.chat_id ?? payload.support_chat_id} ${payload.id}`,
    })
    shown.onclick = () => {
      window.focus()
      window.location.hash = hrefOf({ chat: payload, messageId: payload.id })
      shown.close()
    }
  }
}
