import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NamedUser, Names } from '../../src/client/names.ts'
import { ChatwsError } from '../../src/protocol/error.ts'
import { createScriptedClient } from './scripted-client.ts'

type Answer = { users: readonly NamedUser[] }

/** Names whose server is the test. */
function follow(limit?: number) {
  const asked: { ids: number[]; resolve(answer: Answer): void; reject(error: Error): void }[] = []
  const told: (readonly number[])[] = []
  const ask = (ids: number[]) =>
    new Promise<Answer>((resolve, reject) => asked.push({ ids, resolve, reject }))
  const names = new Names({ userId: 1, ask, onChange: (ids) => told.push(ids) }, limit)
  return {
    ...{ names, asked, told },
    changed: (user: number, name?: string) =>
      names.heard({ type: 'USER_CHANGED', user, ...(name !== undefined && { name }), offset: 1 }),
    mentioned: (...members: { user: number; name?: string }[]) =>
      names.heard({
        ...{ type: 'MEMBERS', chat_id: 3, has_more: false },
        members: members.map((member) => ({ role: 'member', ...member })),
      }),
    added: (...users: number[]) =>
      names.heard({
        ...{ type: 'MEMBERS_CHANGED', chat_id: 3, act: 'add', members: 9, by: 7, offset: 1 },
        ...{ at: '2024-01-01T12:00:00.000Z' },
        added: users.map((user) => ({ user, role: 'member' })),
      }),
    async show(...ids: number[]): Promise<string[]> {
      const shown = ids.map(names.displayName)
      await settled()
      return shown
    },
    async answer(users: Record<number, string | undefined>): Promise<void> {
      const list = Object.entries(users).map(([id, name]) => named(Number(id), name))
      asked.at(-1)!.resolve({ users: list })
      await settled()
    },
  }
}

const named = (id: number, name?: string): NamedUser => (name === undefined ? { id } : { id, name })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('names', () => {
  it('are ids until the server has told, which is asked once for all that is shown', async () => {
    const { names, asked, told, show, answer } = follow()
    expect(await show(2, 3, 2, 4)).toEqual(['2', '3', '2', '4'])
    expect(asked.map(({ ids }) => ids)).toEqual([[2, 3, 4]])
    await answer({ 2: 'Anna', 3: undefined })
    expect(told).toEqual([[2]])
    expect(await show(2, 3, 4)).toEqual(['Anna', '3', '4'])
    expect(names.find(2)).toEqual({ id: 2, name: 'Anna' })
    expect(names.find(4)).toEqual({ id: 4 })
    expect(asked).toHaveLength(1)
  })

  it('are not asked for of what is no id, for which the server would refuse the others', async () => {
    const { asked, show } = follow()
    expect(await show(0, 2, -1, 1.5, Number.NaN)).toEqual(['0', '2', '-1', '1.5', 'NaN'])
    expect(asked.map(({ ids }) => ids)).toEqual([[2]])
  })

  it('are asked for a hundred at a time, one question after the other', async () => {
    const { asked, show, answer } = follow()
    await show(...Array.from({ length: 250 }, (_, i) => i + 1))
    await show(251)
    const sizes = () => asked.map(({ ids }) => ids.length)
    expect(sizes()).toEqual([100])
    await answer({})
    expect(sizes()).toEqual([100, 100])
    await answer({})
    await answer({})
    expect(sizes()).toEqual([100, 100, 51])
    expect(new Set(asked.flatMap(({ ids }) => ids)).size).toBe(251)
  })

  it('change as the users change them, whatever an older answer says', async () => {
    const { changed, told, show, answer } = follow()
    await show(2, 3)
    changed(2, 'Bea')
    await answer({ 2: 'Anna', 3: 'Carl' })
    expect(await show(2, 3)).toEqual(['Bea', 'Carl'])
    changed(2)
    expect(await show(2)).toEqual(['2'])
    changed(2)
    expect(told).toEqual([[2], [3], [2]])
  })

  it('are asked for again after a failure, on the next connection or look', async () => {
    const { names, asked, show, answer } = follow()
    await show(2)
    asked[0]!.reject(new ChatwsError('CONNECT_FAILED', 'No answer'))
    await settled()
    expect(asked).toHaveLength(1)
    names.connected()
    await settled()
    expect(asked.map(({ ids }) => ids)).toEqual([[2], [2]])
    asked[1]!.reject(new ChatwsError('CONNECT_FAILED', 'No answer'))
    await settled()
    await show(3)
    expect(asked[2]!.ids).toEqual([2, 3])
    await answer({ 2: 'Anna' })
    expect(await show(2)).toEqual(['Anna'])
  })

  it('are asked for no more on a connection to a server that does not know them', async () => {
    const { names, asked, show } = follow()
    await show(2)
    asked[0]!.reject(new ChatwsError('UNKNOWN_TYPE', 'USERS'))
    await settled()
    await show(2, 3)
    expect(asked).toHaveLength(1)
    names.connected()
    await settled()
    expect(asked[1]!.ids).toEqual([2, 3])
  })

  it('that came with something else are shown, and pictures are asked for', async () => {
    const { names, mentioned, asked, show, answer } = follow()
    mentioned({ user: 2, name: 'Anna' }, { user: 3 })
    expect(await show(2, 3)).toEqual(['Anna', '3'])
    expect(asked).toHaveLength(0)
    expect(names.find(2)).toEqual({ id: 2, name: 'Anna' })
    await settled()
    expect(asked[0]!.ids).toEqual([2])
    await answer({ 2: 'Anna' })
    mentioned({ user: 2, name: 'Anna' })
    names.find(2)
    await settled()
    expect(asked).toHaveLength(1)
  })

  it('that were not to be known are asked for again once they may be', async () => {
    const { added, asked, show, answer } = follow()
    await show(2, 3, 4)
    await answer({ 4: 'Dora' })
    added(3, 4)
    await show(2, 3, 4)
    expect(asked[1]!.ids).toEqual([3])
    await answer({})
    added(1)
    await show(2, 3, 4)
    expect(asked[2]!.ids).toEqual([2, 3])
  })

  it('that an answer could not tell when it was asked for are asked for again', async () => {
    const { added, changed, asked, show, answer } = follow()
    await show(2, 3, 4, 5)
    added(3)
    changed(5, 'Eva')
    await answer({ 4: 'Dora' })
    expect(asked.map(({ ids }) => ids)).toEqual([[2, 3, 4, 5], [3]])
    added(1)
    await answer({})
    expect(asked[2]!.ids).toEqual([3])
    await answer({ 3: 'Carl' })
    expect(await show(3, 4, 5)).toEqual(['Carl', 'Dora', 'Eva'])
    expect(asked).toHaveLength(3)
  })

  it('are kept up to a limit, those shown last', async () => {
    const { names, changed, asked, show } = follow(3)
    for (const id of [1, 2, 3]) changed(id, `User ${id}`)
    names.displayName(1)
    changed(4, 'User 4')
    expect(await show(1, 3, 4)).toEqual(['User 1', 'User 3', 'User 4'])
    expect(await show(2)).toEqual(['2'])
    expect(asked[0]!.ids).toEqual([2])
    await show(...Array.from({ length: 10 }, (_, i) => 20 + i))
    asked[0]!.resolve({ users: [] })
    await settled()
    expect(asked[1]!.ids).toEqual([27, 28, 29])
  })

  it('are gone with another history', async () => {
    const { names, changed, told, show } = follow()
    changed(2, 'Anna')
    names.clear()
    expect(await show(2)).toEqual(['2'])
    expect(told).toEqual([[2], [2]])
    changed(3, 'Anna')
    expect(await show(3)).toEqual(['Anna'])
  })
})

describe('names that look alike', () => {
  it('have their ids beside them, both, as long as both are known', async () => {
    const { changed, told, show } = follow()
    changed(2, 'Anna')
    expect(await show(2)).toEqual(['Anna'])
    changed(3, 'ANNA\u200b')
    expect(told.at(-1)!.toSorted()).toEqual([2, 3])
    expect(await show(2, 3)).toEqual(['Anna (#2)', 'ANNA (#3)'])
    changed(3, 'Carl')
    expect(told.at(-1)!.toSorted()).toEqual([2, 3])
    expect(await show(2, 3)).toEqual(['Anna', 'Carl'])
    changed(4, 'Аnna')
    expect(await show(2, 4)).toEqual(['Anna (#2)', 'Аnna (#4)'])
    changed(4)
    expect(await show(2, 4)).toEqual(['Anna', '4'])
  })

  it('leave no two users that are shown alike', () => {
    const part = fc.constantFrom(
      'a',
      'A',
      'а',
      'n',
      'ո',
      'N',
      ' ',
      '_',
      '\u200b',
      '(#1)',
      '1',
      '2',
      '#',
    )
    const name = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
    const change = fc.record({ id: fc.integer({ min: 1, max: 5 }), name: fc.option(name) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const { names, changed } = follow(4)
        for (const { id, name } of changes) {
          changed(id, name ?? undefined)
          names.displayName(id)
        }
        const shown = [1, 2, 3, 4, 5].map((id) => names.displayName(id))
        expect(new Set(shown).size, shown.join()).toBe(5)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the names of a client', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const turn = () => vi.advanceTimersByTimeAsync(0)

  it('are asked for by themselves, and told as an event', async () => {
    const { client, open } = createScriptedClient()
    const told = vi.fn()
    client.on('names', told)
    const socket = open()
    const { displayName } = client.names
    expect([2, 3].map(displayName)).toEqual(['2', '3'])
    await turn()
    expect(socket.sent).toEqual([
      { type: 'USERS', ids: [2, 3], client_id: expect.stringMatching(/^[0-9a-f]{24}$/) },
    ])
    const client_id = socket.sentIds[0]!
    socket.receive({ type: 'USERS', users: [{ id: 2, name: 'Anna' }], client_id })
    await turn()
    socket.receive({ type: 'USER_CHANGED', user: 3, name: 'Carl', offset: 1 })
    expect(told.mock.calls).toEqual([[{ ids: [2] }], [{ ids: [3] }]])
    expect([2, 3].map(displayName)).toEqual(['Anna', 'Carl'])
    client.close()
  })

  it('come with the members of a chat', async () => {
    const { client, open } = createScriptedClient()
    const socket = open()
    const asked = client.members(3)
    const members = [{ user: 2, role: 'owner', name: 'Anna' } as const]
    const client_id = socket.sentIds[0]!
    socket.receive({ type: 'MEMBERS', chat_id: 3, members, has_more: false, client_id })
    await asked
    expect(client.names.displayName(2)).toBe('Anna')
    await turn()
    expect(socket.sent).toHaveLength(1)
  })
})
