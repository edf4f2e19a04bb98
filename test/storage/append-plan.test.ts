import { expect, it } from 'vitest'
import { noKnownAccess } from '../../src/storage/access-changes.ts'
import { AppendPlan } from '../../src/storage/append-plan.ts'

it('a message that is edited and deleted in one batch keeps that it was edited', () => {
  const target = {
    kind: 'chat',
    id: 7,
    chatId: 1,
    senderId: 1,
    content: 'a',
    isWhole: true,
    isDeleted: false,
    filePaths: null,
    offset: 1,
    thread: undefined,
    hiddenFrom: undefined,
    mentions: undefined,
  }
  const known = {
    lastOffset: 1,
    named: new Map(),
    targets: new Map([['chat 7', { ...target, kind: 'chat' as const }]]),
    reactions: new Set<string>(),
    reactionCounts: new Map<string, number>(),
    supportChats: new Map(),
    access: noKnownAccess(),
  }
  const plan = new AppendPlan(known, '2024-01-01T12:00:00.000Z')
  const about = { kind: 'chat', messageId: 7, senderId: 1, clientId: undefined } as const
  plan.add({ type: 'edit', ...about, content: 'b' })
  plan.add({ type: 'deletion', ...about })
  expect([...plan.changedTargets.values()]).toMatchObject([
    { id: 7, content: '', isEdited: true, isDeleted: true },
  ])
})
