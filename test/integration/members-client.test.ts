import { afterEach, describe, expect, it } from 'vitest'
import type { ChatClientEvents } from '../../src/client/client-events.ts'
import type { ChatRef } from '../../src/protocol/chat.ts'
import { startServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { Device } from './device.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

describe.each(['memory', 'sqlite'] as const)('clients of a server with members, %s', (database) => {
  async function start(access: 'members' | 'open' = 'members') {
    const server = await startServer({ access, database })
    opened.push(() => server.close())
    const device = async (userId: number) => {
      const one = new Device(server.url, userId)
      opened.push(() => one.client.close())
      return one.opened()
    }
    return { device }
  }

  /** Users 1, its owner, and 2 in a chat. */
  async function startChat() {
    const { device } = await start()
    const [ann, bob] = [await device(1), await device(2)]
    const { id } = await ann.client.createChat({ title: 'Garden', members: [2] })
    const chat = { chat_id: id } as const
    await until(() => bob.conversation.chat(chat).role === 'member', 'the chat')
    return { device, ann, bob, chat }
  }

  const contents = (one: Device, chat: ChatRef) =>
    one.conversation.messages(chat).map(({ content }) => content)

  /** The events of one kind that a device is told, from now on. */
  function told<Name extends keyof ChatClientEvents>(one: Device, name: Name) {
    const events: ChatClientEvents[Name][] = []
    one.client.on(name, (event) => events.push(event))
    return events
  }

  it('have a chat with its history once they are added, and none once they are removed', async () => {
    const { device, ann, bob, chat } = await startChat()
    const carl = await device(3)
    await ann.say(chat, 'before')
    expect(carl.conversation.chats()).toEqual([])
    await ann.client.addMembers(chat.chat_id, [3], { role: 'reader' })
    await until(() => contents(carl, chat).length === 1, 'the history')
    await until(() => carl.conversation.user(1)?.status === 'active', 'who is here')
    expect(carl.conversation.chat(chat)).toMatchObject({
      ...{ title: 'Garden', role: 'reader', memberCount: 3, hasMore: false },
    })
    await expect(carl.say(chat, 'no')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await ann.client.removeMembers(chat.chat_id, [3])
    await until(() => carl.conversation.chats().length === 0, 'the end')
    await ann.say(chat, 'after')
    await until(() => contents(bob, chat).length === 2, 'the message')
    await expect(carl.client.history(chat)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(contents(carl, chat)).toEqual([])
  })

  it('hear once what happened to members and names while they were away', async () => {
    const { ann, bob, chat } = await startChat()
    const [members, users] = [told(bob, 'membersChanged'), told(bob, 'userChanged')]
    await bob.away()
    await ann.client.setRole(chat.chat_id, 2, 'moderator')
    await ann.client.setProfile({ name: 'Anna' })
    await ann.client.addMembers(chat.chat_id, [4])
    await bob.back()
    await until(() => members.length === 2, 'the members')
    await bob.cut()
    await ann.client.removeMembers(chat.chat_id, [4])
    await until(() => members.length === 3, 'the last change')
    expect(members.map(({ act }) => act)).toEqual(['role', 'add', 'remove'])
    expect(users.map(({ name }) => name)).toEqual(['Anna'])
    expect(bob.conversation.displayName(1)).toBe('Anna')
    expect(bob.conversation.chat(chat).role).toBe('moderator')
  })

  it('do once what was asked of them while they were away', async () => {
    const { ann, bob, chat } = await startChat()
    await ann.away()
    const done = [
      ann.client.createChat({ title: 'Yard', members: [2] }),
      ann.client.addMembers(chat.chat_id, [5]),
      ann.client.direct(2),
    ]
    await ann.back()
    const [made, , direct] = await Promise.all(done)
    await until(() => bob.conversation.chats().length === 3, 'the chats')
    expect(bob.conversation.chat({ chat_id: made!.id }).title).toBe('Yard')
    expect(bob.conversation.chat({ chat_id: direct!.id }).direct).toBe(1)
    expect((await bob.client.direct(1)).id).toBe(direct!.id)
    const ids: number[] = []
    for await (const { user } of bob.client.eachMember(chat.chat_id)) ids.push(user)
    expect(ids).toEqual([1, 2, 5])
  })

  it('show names, and ids beside those that look alike', async () => {
    const { device, ann, bob, chat } = await startChat()
    await bob.client.setProfile({ name: 'Аnton' })
    await ann.client.setProfile({ name: 'Ann\u202e' })
    const carl = await device(3)
    const shown = () => [1, 2, 3, 7].map(carl.client.names.displayName)
    expect(shown()).toEqual(['1', '2', '3', '7'])
    await ann.client.addMembers(chat.chat_id, [3])
    await until(() => shown()[0] === 'Ann' && shown()[1] === 'Аnton (#2)', 'the names')
    await carl.client.setProfile({ name: 'ann' })
    await until(() => shown()[2] === 'ann (#3)', 'the own name')
    expect(shown()[0]).toBe('Ann (#1)')
  })

  it('count mentions and what is unread alike on all devices', async () => {
    const { device, ann, bob, chat } = await startChat()
    await bob.client.setProfile({ name: 'Bob' })
    await until(() => ann.conversation.displayName(2) === 'Bob', 'the name')
    const other = await device(2)
    for (const content of ['hi @bob', 'nobody', '@2?'])
      await ann.client.send({
        ...{ type: 'NEW_MESSAGE', ...chat, sender_id: 1, content },
        mentions: ann.conversation.mentionsIn(chat, content),
      })
    await other.client.chats()
    const counts = (one: Device) => {
      const { unread, mentions } = one.conversation.chat(chat)
      return `${unread} ${mentions}`
    }
    await until(() => counts(bob) === '3 2' && counts(other) === '3 2', 'the counts')
    const [first] = bob.conversation.messages(chat)
    bob.client.read(chat, first!.id)
    await until(() => counts(bob) === '2 1', 'the own count')
    await other.client.history(chat)
    await until(() => counts(other) === '2 1', 'the count on the other device')
    const [, second, third] = bob.conversation.messages(chat)
    const edit = (id: number, content: string) =>
      ann.client.edit({ message_id: id }, content, {
        mentions: ann.conversation.mentionsIn(chat, content),
      })
    await edit(second!.id, 'you, @Bob')
    await until(() => counts(bob) === '2 2' && counts(other) === '2 2', 'the edit')
    await edit(third!.id, 'nobody')
    await until(() => counts(bob) === '2 1' && counts(other) === '2 1', 'the edit')
    const late = await device(2)
    await late.client.chats()
    expect(counts(late)).toBe('2 1')
  })

  it('follow threads, with their own unread', async () => {
    const { ann, bob, chat } = await startChat()
    const thread = await bob.say(chat, 'Who waters?')
    const reply = (content: string) =>
      ann.client.send({ type: 'NEW_MESSAGE', ...chat, sender_id: 1, content, thread })
    await reply('I')
    const { id } = await reply('do')
    const followed = () => bob.conversation.threads()[0]
    await until(() => followed()?.unread === 2, 'the replies')
    await bob.client.threads()
    expect(followed()).toMatchObject({ rootId: thread, replies: 2, unread: 2, lastReply: { id } })
    expect(bob.conversation.message(chat, thread)?.replies).toMatchObject({ count: 2, last_id: id })
    bob.client.read(chat, id, { thread })
    await bob.client.threads()
    expect(followed()).toMatchObject({ unread: 0, read: id })
    await ann.client.history({ ...chat, thread, limit: 1 })
    expect(ann.conversation.thread(chat, thread).map(({ content }) => content)).toEqual(['I', 'do'])
  })

  it('moderate: reports, pins, mutes and deletions', async () => {
    const { device, ann, bob, chat } = await startChat()
    await ann.client.setRole(chat.chat_id, 2, 'moderator')
    await ann.client.addMembers(chat.chat_id, [3])
    const carl = await device(3)
    const weeds = await carl.say(chat, 'weeds')
    const { id } = await ann.client.report({ message_id: weeds }, 'not a garden')
    await until(() => bob.conversation.reports().length === 1, 'the report')
    expect(carl.conversation.reports()).toEqual([])
    await bob.client.pin({ message_id: weeds })
    await until(() => ann.conversation.chat(chat).pins.length === 1, 'the pin')
    await bob.client.delete({ message_id: weeds })
    await bob.client.resolveReport(id, 'deleted')
    await until(() => ann.conversation.reports().length === 0, 'the resolution')
    expect(ann.conversation.message(chat, weeds)).toMatchObject({ content: '', deleted_by: 2 })
    expect(ann.conversation.chat(chat).pins).toEqual([])
    await bob.client.mute(chat.chat_id, 3, '2999-01-01T00:00:00.000Z')
    await expect(carl.say(chat, 'more')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await bob.client.ban(3, { chat_id: chat.chat_id })
    await expect(carl.client.join(chat.chat_id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('hear nothing of whom they have blocked in a direct chat, and mark it elsewhere', async () => {
    const { device, ann, bob, chat } = await startChat()
    const other = await device(1)
    const direct = { chat_id: (await ann.client.direct(2)).id }
    await ann.client.block(2)
    await until(() => other.conversation.blocked().has(2), 'the block on the other device')
    await bob.say(direct, 'unheard')
    await bob.say(chat, 'marked')
    await until(() => contents(other, chat).length === 1, 'the message')
    expect(other.conversation.messages(chat)[0]).toMatchObject({ isBlocked: true })
    expect(contents(other, direct)).toEqual([])
    expect(contents(bob, direct)).toEqual(['unheard'])
  })

  it('lose no message where access is open and their own changes stand beside the log', async () => {
    const { device } = await start('open')
    const [ann, bob] = [await device(1), await device(2)]
    const chat = { chat_id: 1 }
    const done: Promise<unknown>[] = []
    for (let i = 0; i < 50; i += 1) {
      done.push(ann.client.setChatSettings(chat, { notify: i % 2 === 0 ? 'none' : 'all' }))
      done.push(ann.client.block(10 + i), bob.say(chat, `${i}`))
    }
    await Promise.all(done)
    await until(() => contents(ann, chat).length === 50, 'the messages')
    await until(() => ann.conversation.blocked().size === 50, 'the blocks')
    expect(ann.conversation.chat(chat).notify).toBe('all')
    await expect(ann.client.createChat()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})
