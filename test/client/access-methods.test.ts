import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { ACCESS_FRAMES } from '../../src/protocol/access-frames.ts'
import { ACCESS_QUESTIONS } from '../../src/protocol/access-questions.ts'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import type { AnswerFrame } from '../../src/protocol/questions.ts'
import type { Ack } from '../../src/protocol/server-frames.ts'
import { createScriptedClient } from './scripted-client.ts'

const NAME = expect.stringMatching(/^[0-9a-f]{24}$/)
const until = '2999-01-01T12:00:00.000Z'
const message = { message_id: 7 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Options = { signal?: AbortSignal }

const ACTS: [(client: ChatClient, options?: Options) => Promise<Ack>, object][] = [
  [(client, options) => client.createChat({}, options), { type: 'CREATE_CHAT' }],
  [
    ({ createChat }) =>
      createChat({ title: 'Garden', visibility: 'public', history: 'since_join', members: [2] }),
    {
      ...{ type: 'CREATE_CHAT', title: 'Garden', visibility: 'public', history: 'since_join' },
      members: [2],
    },
  ],
  [
    ({ changeChat }, options) => changeChat(3, { title: null, slow_mode: 5 }, options),
    { type: 'CHANGE_CHAT', chat_id: 3, title: null, slow_mode: 5 },
  ],
  [({ direct }, options) => direct(2, options), { type: 'DIRECT', user: 2 }],
  [({ join }, options) => join(3, options), { type: 'JOIN', chat_id: 3 }],
  [({ leave }, options) => leave(3, options), { type: 'LEAVE', chat_id: 3 }],
  [
    ({ addMembers }, options) => addMembers(3, [4, 5], { role: 'reader', ...options }),
    { type: 'ADD_MEMBERS', chat_id: 3, users: [4, 5], role: 'reader' },
  ],
  [({ addMembers }) => addMembers(3, [4]), { type: 'ADD_MEMBERS', chat_id: 3, users: [4] }],
  [
    ({ removeMembers }, options) => removeMembers(3, [4], options),
    { type: 'REMOVE_MEMBERS', chat_id: 3, users: [4] },
  ],
  [
    ({ setRole }, options) => setRole(3, 4, 'moderator', options),
    { type: 'SET_ROLE', chat_id: 3, user: 4, role: 'moderator' },
  ],
  [({ mute }, options) => mute(3, 4, until, options), { type: 'MUTE', chat_id: 3, user: 4, until }],
  [({ mute }) => mute(3, 4, null), { type: 'MUTE', chat_id: 3, user: 4, until: null }],
  [({ ban }, options) => ban(4, options), { type: 'BAN', user: 4 }],
  [
    ({ ban }, options) => ban(4, { chat_id: 3, until, reason: 'Weeds', ...options }),
    { type: 'BAN', user: 4, chat_id: 3, until, reason: 'Weeds' },
  ],
  [({ unban }, options) => unban(4, options), { type: 'UNBAN', user: 4 }],
  [({ unban }) => unban(4, { chat_id: 3 }), { type: 'UNBAN', user: 4, chat_id: 3 }],
  [
    ({ setProfile }, options) => setProfile({ name: 'Anna', avatar: null }, options),
    { type: 'PROFILE', name: 'Anna', avatar: null },
  ],
  [({ block }, options) => block(4, options), { type: 'BLOCK', user: 4 }],
  [({ unblock }, options) => unblock(4, options), { type: 'UNBLOCK', user: 4 }],
  [
    ({ report }, options) => report(message, 'Weeds', options),
    { type: 'REPORT', message_id: 7, reason: 'Weeds' },
  ],
  [
    ({ resolveReport }, options) => resolveReport(1, 'None', options),
    { type: 'RESOLVE_REPORT', report_id: 1, resolution: 'None' },
  ],
  [({ pin }, options) => pin(message, options), { type: 'PIN', message_id: 7, pinned: true }],
  [
    ({ pin }) => pin({ support_message_id: 7 }, { pinned: false }),
    { type: 'PIN', support_message_id: 7, pinned: false },
  ],
  [
    ({ setChatSettings }, options) =>
      setChatSettings({ support_chat_id: 3 }, { notify: 'none' }, options),
    { type: 'CHAT_SETTINGS', support_chat_id: 3, notify: 'none' },
  ],
  [
    ({ follow }, options) => follow(message, options),
    { type: 'FOLLOW', message_id: 7, followed: true },
  ],
  [
    ({ follow }) => follow(message, { followed: false }),
    { type: 'FOLLOW', message_id: 7, followed: false },
  ],
]

const chat = {
  chat_id: 3,
  visibility: 'private',
  history: 'all',
  created_by: 1,
  members: 1,
} as const

const QUESTIONS: [(client: ChatClient) => Promise<AnswerFrame>, object, AnswerFrame][] = [
  [({ chat }) => chat(3), { type: 'CHAT', chat_id: 3 }, { type: 'CHAT', chat }],
  [
    ({ members }) => members(3, { after: 4, limit: 10 }),
    { type: 'MEMBERS', chat_id: 3, after: 4, limit: 10 },
    { type: 'MEMBERS', chat_id: 3, members: [], has_more: false },
  ],
  [
    ({ publicChats }) => publicChats({ text: 'gar' }),
    { type: 'PUBLIC_CHATS', text: 'gar' },
    { type: 'PUBLIC_CHATS', chats: [chat], has_more: false },
  ],
  [({ users }) => users([2]), { type: 'USERS', ids: [2] }, { type: 'USERS', users: [{ id: 2 }] }],
  [({ blocked }) => blocked(), { type: 'BLOCKED' }, { type: 'BLOCKED', users: [4] }],
  [
    ({ pins }) => pins({ support_chat_id: 3 }),
    { type: 'PINS', support_chat_id: 3 },
    { type: 'PINS', support_chat_id: 3, messages: [] },
  ],
  [({ threads }) => threads(), { type: 'THREADS' }, { type: 'THREADS', threads: [] }],
  [
    ({ reports }) => reports({ all: true, after: 2 }),
    { type: 'REPORTS', all: true, after: 2 },
    { type: 'REPORTS', reports: [], has_more: false },
  ],
]

const typeOf = (frame: object) => (frame as { type: keyof typeof CLIENT_FRAMES }).type
const titled = <Row extends readonly unknown[]>(rows: readonly Row[]) =>
  rows.map((row) => [JSON.stringify(row[1]), ...row] as const)

describe('what a client does', () => {
  it.each(titled(ACTS))(
    'is sent as %s, and again until it is acknowledged',
    async (_title, act, frame) => {
      const scripted = createScriptedClient()
      const done = act(scripted.client)
      const first = scripted.open()
      expect(first.sent).toEqual([{ ...frame, client_id: NAME }])
      expect(CLIENT_FRAMES[typeOf(frame)].schema.safeParse(first.sent[0]).success).toBe(true)
      expect(scripted.client.pendingSends).toBe(1)
      first.drop()
      vi.advanceTimersToNextTimer()
      scripted.socket.greet()
      expect(scripted.socket.sent).toEqual(first.sent)
      scripted.socket.acknowledge(first.sentIds[0]!, 9)
      expect(await done).toMatchObject({ type: 'ACK', id: 9 })
      scripted.socket.drop()
      vi.advanceTimersToNextTimer()
      scripted.socket.greet()
      expect(scripted.socket.sent).toEqual([])
    },
  )

  it.each(titled(ACTS.filter(([act]) => act.length > 1)))(
    'can be aborted: %s',
    async (_title, act) => {
      const { client, open } = createScriptedClient()
      const controller = new AbortController()
      const done = act(client, { signal: controller.signal })
      controller.abort(new Error('too late'))
      await expect(done).rejects.toThrow('too late')
      expect(open().sent).toEqual([])
    },
  )

  it('is there for each frame', () => {
    expect(new Set(ACTS.map(([, frame]) => typeOf(frame)))).toEqual(
      new Set(Object.keys(ACCESS_FRAMES)),
    )
  })

  it('rejects with the code of what refuses it', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const done = client.join(3)
    const ref = socket.sentIds[0]!
    socket.receive({ type: 'ERROR', code: 'NOT_FOUND', message: 'There is no chat 3', ref })
    await expect(done).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('to a message, report or chat is given up where another history gave others their ids', async () => {
    const scripted = createScriptedClient()
    scripted.open().drop()
    const all = ACTS.map(([act]) => act(scripted.client))
    const outcomes = Promise.allSettled(all)
    vi.advanceTimersToNextTimer()
    scripted.socket.greet({ epoch: 'another' })
    const kept = scripted.socket.sent.map(({ type }) => type)
    const needNone = [
      'CREATE_CHAT',
      'DIRECT',
      'BAN',
      'UNBAN',
      'PROFILE',
      'BLOCK',
      'UNBLOCK',
      'CHAT_SETTINGS',
    ]
    expect(new Set(kept)).toEqual(new Set(needNone))
    expect(kept).toHaveLength(9)
    scripted.client.close()
    const codes = (await outcomes).map((one) => one.status === 'rejected' && one.reason.code)
    expect(codes.filter((code) => code === 'NOT_FOUND')).toHaveLength(ACTS.length - kept.length)
  })
})

describe('what a client asks', () => {
  it.each(titled(QUESTIONS))(
    'is sent as %s, told as an event, and resolves',
    async (_title, ask, frame, answer) => {
      const { client, open } = createScriptedClient()
      const told = vi.fn()
      client.on('answer', told)
      const socket = open()
      const asked = ask(client)
      expect(socket.sent).toEqual([{ ...frame, client_id: NAME }])
      expect(CLIENT_FRAMES[typeOf(frame)].schema.safeParse(socket.sent[0]).success).toBe(true)
      const named = { ...answer, client_id: socket.sentIds[0]! }
      socket.receive(named)
      expect(await asked).toEqual(named)
      expect(told).toHaveBeenCalledWith(named)
    },
  )

  it('is there for each question', () => {
    expect(QUESTIONS.map(([, frame]) => typeOf(frame))).toEqual(Object.keys(ACCESS_QUESTIONS))
  })

  it('of a thread goes along with its page and its cursor', async () => {
    const { client, open } = createScriptedClient()
    const read = vi.fn()
    client.on('threadRead', read)
    const socket = open()
    void client.history({ chat_id: 3, thread: 7, limit: 5 }).catch(() => {})
    client.read({ chat_id: 3 }, 9, { thread: 7 })
    client.read({ chat_id: 3 }, 8, { thread: 7 })
    client.read({ chat_id: 3 }, 4)
    expect(socket.sent).toEqual([
      { type: 'HISTORY', chat_id: 3, thread: 7, limit: 5, client_id: NAME },
      { type: 'READ', chat_id: 3, id: 9, thread: 7 },
      { type: 'READ', chat_id: 3, id: 4 },
    ])
    expect(read.mock.calls).toEqual([[{ chat_id: 3, thread: 7, id: 9 }]])
    client.close()
  })

  it('is not said again of a thread that was said, and is of one that may have been cut off', async () => {
    const scripted = createScriptedClient()
    const first = scripted.open()
    scripted.client.read({ chat_id: 3 }, 9, { thread: 7 })
    await vi.advanceTimersByTimeAsync(500)
    scripted.client.read({ chat_id: 3 }, 5, { thread: 4 })
    first.drop()
    vi.advanceTimersToNextTimer()
    await vi.advanceTimersByTimeAsync(500)
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual([{ type: 'READ', chat_id: 3, id: 5, thread: 4 }])
    scripted.client.close()
  })
})

describe('eachMember', () => {
  it('asks page by page, as they are read', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const answer = (users: number[], has_more: boolean) =>
      socket.receive({
        ...{ type: 'MEMBERS', chat_id: 3, has_more, client_id: socket.sentIds.at(-1)! },
        members: users.map((user) => ({ user, role: 'member' })),
      })
    const { eachMember } = client
    const members = eachMember(3)
    expect(socket.sent).toEqual([])
    const first = members.next()
    expect(socket.sent).toMatchObject([{ type: 'MEMBERS', chat_id: 3, limit: 100 }])
    answer([2, 5], true)
    expect(await first).toMatchObject({ value: { user: 2 } })
    expect(await members.next()).toMatchObject({ value: { user: 5 } })
    const third = members.next()
    await vi.advanceTimersByTimeAsync(0)
    expect(socket.sent.at(-1)).toMatchObject({ type: 'MEMBERS', chat_id: 3, after: 5 })
    answer([9], false)
    expect(await third).toMatchObject({ value: { user: 9 } })
    expect(await members.next()).toEqual({ done: true, value: undefined })
    expect(socket.sent).toHaveLength(2)
  })
})
