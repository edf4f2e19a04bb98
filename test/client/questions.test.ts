import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import type { AnswerFrame } from '../../src/protocol/questions.ts'
import { createScriptedClient } from './scripted-client.ts'

const NAME = expect.stringMatching(/^[0-9a-f]{24}$/)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Ask = (client: ChatClient, signal?: AbortSignal) => Promise<AnswerFrame>

const QUESTIONS: [string, Ask, object, AnswerFrame][] = [
  [
    'history',
    (client, signal) => client.history({ chat_id: 1, before: 9, limit: 2 }, signal && { signal }),
    { type: 'HISTORY', chat_id: 1, before: 9, limit: 2, client_id: NAME },
    { type: 'HISTORY', chat_id: 1, messages: [], has_more: false },
  ],
  [
    'presence',
    (client, signal) => client.presence(signal && { signal }),
    { type: 'PRESENCE', client_id: NAME },
    { type: 'PRESENCE', users: [] },
  ],
  [
    'chats',
    (client, signal) => client.chats(signal && { signal }),
    { type: 'CHATS', client_id: NAME },
    { type: 'CHATS', chats: [] },
  ],
  [
    'search',
    (client, signal) =>
      client.search({ text: 'word', support_chat_id: 4, limit: 5 }, signal && { signal }),
    { type: 'SEARCH', text: 'word', support_chat_id: 4, limit: 5, client_id: NAME },
    { type: 'SEARCH', text: 'word', results: [], has_more: false },
  ],
  [
    'supportQueue',
    (client, signal) => client.supportQueue(signal && { signal }),
    { type: 'SUPPORT_QUEUE', client_id: NAME },
    { type: 'SUPPORT_QUEUE', chats: [] },
  ],
  [
    'subscribe',
    (client, signal) => client.subscribe({ chats: [1] }, signal && { signal }),
    { type: 'SUBSCRIBE', chats: [1], client_id: NAME },
    { type: 'SUBSCRIBED', chats: [1], offset: 0 },
  ],
]

describe.each(QUESTIONS)('%s', (_name, ask, frame, answer) => {
  it('is asked at once, told as an event, and resolves with its own answer', async () => {
    const { client, open } = createScriptedClient()
    const told = vi.fn()
    client.on('answer', told)
    const socket = open()
    const [first, second] = [ask(client), ask(client)]
    expect(socket.sent).toEqual([frame, frame])
    const answers = socket.sentIds.map((client_id) => ({ ...answer, client_id: client_id! }))
    socket.receive(answers[1]!)
    socket.receive(answers[0]!)
    expect(await first).toEqual(answers[0])
    expect(await second).toEqual(answers[1])
    expect(told.mock.calls).toEqual([[answers[1]], [answers[0]]])
  })

  it('waits while away, and is asked again under the same name until it is answered', async () => {
    const scripted = createScriptedClient()
    const answered = ask(scripted.client)
    const first = scripted.open()
    expect(first.sent).toEqual([frame])
    first.drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    expect(scripted.socket.sent).toEqual(first.sent)
    scripted.socket.receive({ ...answer, client_id: first.sentIds[0]! })
    expect(await answered).toMatchObject(answer)
  })

  it('rejects when it is aborted, refused, or the client closes', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const controller = new AbortController()
    const outcomes = Promise.allSettled([ask(client, controller.signal), ask(client), ask(client)])
    controller.abort(new Error('enough'))
    const ref = socket.sentIds[1]!
    socket.receive({ type: 'ERROR', code: 'FORBIDDEN', message: 'for agents', ref })
    client.close()
    expect(
      (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason),
    ).toEqual([
      expect.objectContaining({ message: 'enough' }),
      expect.objectContaining({ code: 'FORBIDDEN', message: 'for agents' }),
      expect.objectContaining({ code: 'CONNECT_FAILED' }),
    ])
    await expect(ask(client)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await expect(ask(client, AbortSignal.abort())).rejects.toThrow()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects after half a minute without an answer, connected or not', async () => {
    const { client, open } = createScriptedClient()
    const away = ask(client)
    const awayFailed = expect(away).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await vi.advanceTimersByTimeAsync(30_000)
    await awayFailed
    expect(open().sent.filter(({ type }) => type !== 'SUBSCRIBE')).toEqual([])
    const unanswered = expect(ask(client)).rejects.toThrow('No answer within 30 s')
    await vi.advanceTimersByTimeAsync(30_000)
    await unanswered
  })

  it('is asked again when the storage was away', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const answered = ask(client)
    const ref = socket.sentIds[0]!
    socket.receive({ type: 'ERROR', code: 'STORAGE_UNAVAILABLE', message: 'later', ref })
    expect(socket.sent).toHaveLength(1)
    vi.advanceTimersByTime(1_000)
    expect(socket.sentIds).toEqual([ref, ref])
    socket.receive({ ...answer, client_id: ref })
    expect(await answered).toMatchObject(answer)
  })
})

describe('ping', () => {
  it('resolves with the time until its own answer', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const [first, second] = [client.ping(), client.ping()]
    const [one, other] = socket.sent as unknown as { type: string; t: number }[]
    expect(one).toEqual({ type: 'PING', t: expect.any(Number) })
    expect(other!.t).not.toBe(one!.t)
    const serverTime = '2024-01-01T12:00:00.000Z'
    await vi.advanceTimersByTimeAsync(20)
    socket.receive({ type: 'PONG', t: other!.t, serverTime })
    expect(await second).toBe(20)
    await vi.advanceTimersByTimeAsync(30)
    socket.receive({ type: 'PONG', t: one!.t, serverTime })
    expect(await first).toBe(50)
  })

  it('counts from when it was sent on the connection that answered', async () => {
    const scripted = createScriptedClient()
    const measured = scripted.client.ping()
    await vi.advanceTimersByTimeAsync(5_000)
    scripted.open().drop()
    vi.advanceTimersToNextTimer()
    scripted.socket.greet()
    const [{ t }] = scripted.socket.sent as unknown as [{ t: number }]
    await vi.advanceTimersByTimeAsync(7)
    scripted.socket.receive({ type: 'PONG', t, serverTime: '2024-01-01T12:00:00.000Z' })
    expect(await measured).toBe(7)
  })

  it('rejects when it is aborted, when the client closes, and after half a minute', async () => {
    const { client, open } = createScriptedClient()
    open()
    const controller = new AbortController()
    const aborted = expect(client.ping({ signal: controller.signal })).rejects.toThrow('enough')
    controller.abort(new Error('enough'))
    await aborted
    const late = expect(client.ping()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    await vi.advanceTimersByTimeAsync(30_000)
    await late
    const closed = expect(client.ping()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    client.close()
    await closed
    await expect(client.ping()).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  })
})
