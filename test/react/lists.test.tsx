import { describe, expect, it } from 'vitest'
import {
  useBlocked,
  useMembers,
  usePins,
  useReports,
  useSupportQueue,
  useThreads,
} from '../../src/react/use-lists.ts'
import { usePublicChats, useSearch } from '../../src/react/use-search.ts'
import type { ScriptedSocket } from '../client/scripted-socket.ts'
import { messagePayload } from '../client/told-events.ts'
import { until } from '../support/until.ts'
import { scriptedChat, settled, showHook } from './shown.tsx'

const AT = '2024-01-01T12:00:00.000Z'
const garden = {
  chat_id: 1,
  title: 'Garden',
  visibility: 'public',
  history: 'all',
  created_by: 1,
  members: 3,
} as const

/** Waits for the nth question of a type, and answers it. */
async function answer(socket: ScriptedSocket, type: string, content: object, n = 1) {
  const find = () => socket.sent.filter((frame) => frame.type === type)[n - 1]
  await until(() => find() !== undefined, `question ${n} of type ${type}`)
  const { client_id } = find()!
  socket.receive({ type, ...content, client_id } as never)
  return find() as { [key: string]: unknown }
}

describe('useSearch', () => {
  it('asks for the last words typed, and for the next page', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { query, setQuery, results, status, hasMore, loadMore } = useSearch({ chat_id: 1 })
      return { query, setQuery, results, status, hasMore, loadMore }
    })
    expect(shown.now.status).toBe('idle')
    shown.now.setQuery('ro')
    shown.now.setQuery('rose')
    await shown.until(({ status }) => status === 'loading', 'the search')
    const found = { message_id: 4, chat_id: 1, sender_id: 2, created_at: AT, snippet: 'a rose' }
    const first = await answer(socket, 'SEARCH', {
      ...{ text: 'rose', chat_id: 1, results: [{ ...found, offset: 9 }], has_more: true },
    })
    expect(first).toMatchObject({ text: 'rose', chat_id: 1 })
    await shown.until(({ status }) => status === 'ready', 'what was found')
    const more = shown.now.loadMore()
    const second = await answer(
      socket,
      'SEARCH',
      { text: 'rose', results: [{ ...found, message_id: 2, offset: 5 }], has_more: false },
      2,
    )
    expect(second).toMatchObject({ before: 9 })
    await more
    await shown.until(({ hasMore }) => !hasMore, 'the next page')
    expect(shown.now.results.map(({ offset }) => offset)).toEqual([9, 5])
    shown.now.setQuery(' ')
    await shown.until(({ status }) => status === 'idle', 'the end of the search')
    expect(shown.now.results).toEqual([])
    shown.unmount()
  })

  it('tells what was refused', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { setQuery, status, error } = useSearch()
      return { setQuery, status, error }
    })
    shown.now.setQuery('rose')
    await until(() => socket.sent.some(({ type }) => type === 'SEARCH'), 'the question')
    const { client_id } = socket.sent.find(({ type }) => type === 'SEARCH')!
    socket.receive({
      type: 'ERROR',
      code: 'FORBIDDEN',
      message: 'not you',
      ref: client_id,
    } as never)
    await shown.until(({ status }) => status === 'error', 'the refusal')
    expect(shown.now.error).toMatchObject({ code: 'FORBIDDEN' })
    shown.unmount()
  })
})

describe('usePublicChats', () => {
  it('shows all chats that anyone may join before anything is typed', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { results, status } = usePublicChats()
      return { results, status }
    })
    const asked = await answer(socket, 'PUBLIC_CHATS', { chats: [garden], has_more: false })
    expect(asked).not.toHaveProperty('text')
    await shown.until(({ status }) => status === 'ready', 'the chats')
    expect(shown.now.results).toMatchObject([{ title: 'Garden' }])
    shown.unmount()
  })
})

describe('useMembers', () => {
  it('asks page by page, and follows what becomes of the members', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { members, status, role, hasMore, loadMore, settings } = useMembers(1)
      return { members, status, role, hasMore, loadMore, settings }
    })
    await answer(socket, 'CHAT', { chat: garden, member: { user: 1, role: 'owner' } })
    await answer(socket, 'MEMBERS', {
      ...{ chat_id: 1, members: [{ user: 1, role: 'owner' }], has_more: true },
    })
    await shown.until(({ status }) => status === 'ready', 'the members')
    expect(shown.now).toMatchObject({ role: 'owner', hasMore: true, settings: garden })
    const more = shown.now.loadMore()
    const next = await answer(
      socket,
      'MEMBERS',
      { chat_id: 1, members: [{ user: 2, role: 'member' }], has_more: false },
      2,
    )
    expect(next).toMatchObject({ after: 1 })
    await more
    await shown.until(({ hasMore }) => !hasMore, 'the second page')
    socket.receive({
      ...{ type: 'MEMBERS_CHANGED', chat_id: 1, act: 'role', members: 2, by: 1, at: AT, offset: 1 },
      roles: [{ user: 2, role: 'moderator' }],
    } as never)
    await shown.until(({ members }) => members[1]?.role === 'moderator', 'the role')
    shown.unmount()
  })
})

describe('the other lists', () => {
  it('shows the followed threads with what is unread in them', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { threads, totalUnread, status } = useThreads()
      return { threads, totalUnread, status }
    })
    const thread = { root: messagePayload(1), replies: 3, unread: 2, read: 1 }
    await answer(socket, 'THREADS', { threads: [thread] })
    await shown.until(({ status }) => status === 'ready', 'the threads')
    expect(shown.now).toMatchObject({ totalUnread: 2, threads: [{ rootId: 1, replies: 3 }] })
    shown.unmount()
  })

  it('shows the pinned messages of a chat', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => usePins({ chat_id: 1 }).pins)
    await answer(socket, 'PINS', { chat_id: 1, messages: [messagePayload(3)] })
    await shown.until((pins) => pins.length === 1, 'the pins')
    shown.unmount()
  })

  it('asks for reports until it has them all', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => {
      const { reports, status } = useReports()
      return { reports, status }
    })
    const report = {
      ...{ id: 5, chat_id: 1, message_id: 3, sender_id: 2, reporter: 1, created_at: AT },
      ...{ reason: 'Rude', content: 'words' },
    }
    await answer(socket, 'REPORTS', { reports: [report], has_more: true })
    const page = { reports: [{ ...report, id: 6 }], has_more: false }
    expect(await answer(socket, 'REPORTS', page, 2)).toMatchObject({ after: 5 })
    await shown.until(({ status }) => status === 'ready', 'the reports')
    expect(shown.now.reports.map(({ id }) => id)).toEqual([5, 6])
    shown.unmount()
  })

  it('shows whom the user has blocked', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => useBlocked().blocked)
    await answer(socket, 'BLOCKED', { users: [3] })
    await shown.until((blocked) => blocked.has(3), 'the blocked user')
    socket.receive({ type: 'BLOCKS_CHANGED', user: 3, blocked: false, offset: 1 } as never)
    await shown.until((blocked) => blocked.size === 0, 'the end of the block')
    shown.unmount()
  })

  it('asks for the queue again whenever something happens to a support chat', async () => {
    const given = scriptedChat()
    const socket = given.open()
    const shown = showHook(given, () => useSupportQueue().chats)
    const waiting = { assignee: null, waiting_since: AT, waiting_seconds: 5 }
    await answer(socket, 'SUPPORT_QUEUE', { chats: [{ support_chat_id: 1, ...waiting }] })
    await shown.until((chats) => chats.length === 1, 'the queue')
    const { id, sender_id, content, created_at, offset } = messagePayload(1)
    const payload = { support_chat_id: 2, id, sender_id, content, created_at, offset }
    socket.receive({ type: 'SUPPORT_MESSAGE', payload } as never)
    const chats = [1, 2].map((support_chat_id) => ({ support_chat_id, ...waiting }))
    await answer(socket, 'SUPPORT_QUEUE', { chats }, 2)
    await shown.until((all) => all.length === 2, 'the new chat')
    shown.unmount()
    await settled()
  })
})
