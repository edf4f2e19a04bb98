import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { signToken } from '../support/tokens.ts'
import { type ModelChat, type ModelMessage, RightsModel } from './rights-model.ts'
import { WalkClient } from './walk-client.ts'

/** The last of them comes by tokens, into chats of which this user may be a member, too. */
const GUEST = 6
const USERS = [1, 2, 3, 4, 5, GUEST]
const AGENT = 7
const ALL = [...USERS, AGENT]
const MAX_CHATS = 8

/** What a walk came to. */
export interface WalkResult {
  readonly steps: number
  /** Frames that were looked at. */
  readonly frames: number
  /** How often each kind of step was taken, and how often it was refused. */
  readonly taken: Readonly<Record<string, number>>
  readonly refused: number
  readonly failures: readonly string[]
}

/**
 * Takes random steps against a server with members, and compares what every connection is sent, and each
 * refusal, with a model of the rights. A step ends when all connections have answered a ping, so that
 * what was sent can be told from what was sent late.
 */
export class MembershipWalk {
  readonly #url: string
  readonly #random: () => number
  readonly #model = new RightsModel(AGENT)
  readonly #clients = new Map<number, WalkClient[]>()
  readonly #failures: string[] = []
  readonly #taken: Record<string, number> = {}
  #step = 0
  #frames = 0
  #refused = 0
  /** Where each user's connections have come to, so that one can be resumed. */
  readonly #seen = new Map<number, { offset: number; epoch: string }>()

  constructor(url: string, seed: number) {
    this.#url = url
    this.#random = mulberry32(seed)
  }

  async run(steps: number): Promise<WalkResult> {
    for (const userId of ALL) await this.#connect(userId)
    while (this.#step < steps && this.#failures.length < 10) {
      this.#step += 1
      const before = this.#model.snapshot()
      const acts = this.#acts()
      const [name, act] = acts[Math.floor(this.#random() * acts.length)]!
      this.#taken[name] = (this.#taken[name] ?? 0) + 1
      const expected = await act.call(this)
      await this.#settle(name, before, Array.isArray(expected) ? expected : [])
    }
    for (const clients of this.#clients.values()) for (const client of clients) client.close()
    return {
      ...{ steps: this.#step, frames: this.#frames, taken: this.#taken },
      ...{ refused: this.#refused, failures: this.#failures },
    }
  }

  #acts(): [string, () => Promise<unknown>][] {
    return [
      ['send', this.#send],
      ['send', this.#send],
      ['send', this.#send],
      ['support', this.#support],
      ['create', this.#create],
      ['direct', this.#direct],
      ['join', this.#join],
      ['leave', this.#leave],
      ['add', this.#add],
      ['add', this.#add],
      ['remove', this.#remove],
      ['remove', this.#remove],
      ['role', this.#role],
      ['mute', this.#mute],
      ['ban', this.#ban],
      ['change', this.#change],
      ['block', this.#block],
      ['profile', this.#profile],
      ['edit', this.#edit],
      ['delete', this.#delete],
      ['react', this.#react],
      ['history', this.#history],
      ['search', this.#search],
      ['lists', this.#lists],
      ['passing', this.#passing],
      ['drop', this.#drop],
      ['resume', this.#resume],
      ['narrow', this.#narrow],
    ]
  }

  /** Waits until all has come that this step brings, and looks at it. */
  async #settle(
    name: string,
    before: RightsModel,
    expected: readonly ModelMessage[],
  ): Promise<void> {
    const clients = [...this.#clients.values()].flat()
    await Promise.all(clients.map((client) => client.barrier()))
    for (const client of clients) {
      const frames = client.take()
      this.#frames += frames.length
      for (const frame of frames) this.#judge(name, frame, { client, before })
      this.#complete(name, client, { frames, expected })
      client.noteOffsets(frames)
    }
  }

  #judge(
    name: string,
    frame: ServerFrame,
    { client, before }: { client: WalkClient; before: RightsModel },
  ): void {
    const { userId } = client
    const moments = [before, this.#model]
    const reads = (number: string) => {
      const message = this.#model.messages[Number(number) - 1]
      // One that is not known was refused.
      return message !== undefined && moments.some((model) => model.reads(userId, message))
    }
    const knowsChat = (key: string) =>
      moments.some((model) => {
        const known = model.find(key)
        return known && model.readsAbove(userId, known) !== undefined
      })
    const sees = (other: number) => moments.some((model) => model.sees(userId, other))
    const text = JSON.stringify(frame)
    for (const [, number] of text.matchAll(/~m(\d+)~/g))
      if (!reads(number!))
        this.#fail(`${name}: user ${userId} was sent message ${number} in ${text}`)
    const chat = chatIn(frame)
    const isOwnRemoval = frame.type === 'MEMBERS_CHANGED' && frame.removed?.includes(userId)
    if (chat && !isOwnRemoval && frame.type !== 'ERROR' && !knowsChat(chat))
      this.#fail(`${name}: user ${userId} was told of ${chat} in ${text}`)
    if (
      frame.type === 'USER_ONLINE' ||
      frame.type === 'USER_OFFLINE' ||
      frame.type === 'USER_ACTIVITY'
    )
      if (!sees(frame.userId))
        this.#fail(`${name}: user ${userId} was told of user ${frame.userId} in ${text}`)
    if (frame.type === 'CONNECTION_ESTABLISHED')
      for (const other of frame.online)
        if (!sees(other)) this.#fail(`${name}: ${userId} was shown ${other}`)
    if (frame.type === 'PRESENCE')
      for (const { userId: other } of frame.users)
        if (!sees(other)) this.#fail(`${name}: ${userId} was told where ${other} is`)
    if (frame.type === 'USER_CHANGED' && !this.#mayName(userId, frame) && !sees(frame.user))
      this.#fail(`${name}: user ${userId} was told of user ${frame.user} in ${text}`)
    if (frame.type === 'USERS')
      for (const { id } of frame.users)
        if (!sees(id) && userId !== AGENT) this.#fail(`${name}: ${userId} was named ${id}`)
  }

  /** Whether a user may be told late of a name: one that was set while the two shared a chat. */
  #mayName(userId: number, { user, name = '' }: { user: number; name?: string | undefined }) {
    const saw = this.#model.names.get(name)?.has(userId) ?? false
    return saw && !this.#model.hasBlocked(user, userId)
  }

  /** Every message of the step comes once to all who read it live, and to nobody twice. */
  #complete(
    name: string,
    client: WalkClient,
    { frames, expected }: { frames: readonly ServerFrame[]; expected: readonly ModelMessage[] },
  ): void {
    const live = frames.filter(({ type }) => type === 'MESSAGE' || type === 'SUPPORT_MESSAGE')
    const numbers = live.flatMap((frame) =>
      [...JSON.stringify(frame).matchAll(/~m(\d+)~/g)].map(([, n]) => Number(n)),
    )
    if (new Set(numbers).size !== numbers.length)
      this.#fail(`${name}: user ${client.userId} was sent a message twice: ${numbers}`)
    for (const message of expected) {
      if (!this.#model.follows(client.userId, message.chat)) continue
      if (!this.#model.reads(client.userId, message) || !client.wants(message.chat.key)) continue
      if (!numbers.includes(message.number))
        this.#fail(`${name}: user ${client.userId} was not sent message ${message.number}`)
    }
  }

  #fail(what: string): void {
    this.#failures.push(`step ${this.#step}: ${what}`)
  }

  // Steps. Each returns the messages that those who follow their chats have to be sent.

  async #send(): Promise<ModelMessage[]> {
    const chat = this.#pickChat()
    const client = this.#pickClient()
    if (!chat || !client || chat.kind === 'support') return []
    return this.#write(client, chat, {
      type: 'NEW_MESSAGE',
      chat_id: chat.id,
      sender_id: client.userId,
    })
  }

  async #support(): Promise<ModelMessage[]> {
    const client = this.#pickClient()
    if (!client) return []
    const id = 1 + Math.floor(this.#random() * 4)
    let chat = this.#model.chats.find((one) => one.kind === 'support' && one.id === id)
    const frame = { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: id, sender_id: client.userId }
    if (!chat && client.userId === AGENT) {
      await this.#ask(client, { ...frame, content: 'how may I help' }, false)
      return []
    }
    if (!chat) {
      chat = newChat('support', id, { customer: client.userId })
      this.#model.chats.push(chat)
    }
    return this.#write(client, chat, frame)
  }

  async #write(client: WalkClient, chat: ModelChat, frame: object): Promise<ModelMessage[]> {
    const number = this.#model.messages.length + 1
    const isAllowed = this.#model.mayWrite(client.userId, chat)
    const hiddenFrom = this.#model.hiddenFrom(client.userId, chat)
    const ack = await this.#ask(client, { ...frame, content: `word~m${number}~ text` }, isAllowed)
    if (!ack) return []
    const message = {
      ...{ number, id: ack.id, offset: ack.offset, chat, senderId: client.userId },
      ...{ hiddenFrom, isDeleted: false },
    }
    chat.messages.push(message)
    this.#model.messages.push(message)
    return [message]
  }

  async #create(): Promise<void> {
    const chats = this.#model.chats.filter(({ kind, direct }) => kind === 'chat' && !direct)
    const client = this.#pickClient()
    if (!client || chats.length >= MAX_CHATS) return
    const members = USERS.filter((id) => id !== client.userId && this.#random() < 0.4)
    const visibility = this.#random() < 0.3 ? 'public' : 'private'
    const history = this.#random() < 0.5 ? 'all' : 'since_join'
    const ack = await this.#ask(
      client,
      {
        type: 'CREATE_CHAT',
        title: 'chat',
        visibility,
        history,
        ...(members.length ? { members } : {}),
      },
      !members.some((id) => this.#model.hasBlocked(id, client.userId)),
    )
    if (!ack) return
    const chat = newChat('chat', ack.id, { visibility, history })
    this.#model.seat(chat, client.userId, { role: 'owner', offset: ack.offset })
    for (const id of members) this.#model.seat(chat, id, { role: 'member', offset: ack.offset })
    this.#model.chats.push(chat)
  }

  async #direct(): Promise<void> {
    const client = this.#pickClient()
    const user = this.#pick(USERS)
    if (!client) return
    const pair = [client.userId, user]
    const known = this.#model.chats.find(
      ({ direct }) => direct && pair.every((id) => direct.includes(id)),
    )
    const isApart =
      this.#model.hasBlocked(client.userId, user) || this.#model.hasBlocked(user, client.userId)
    const isAllowed = user !== client.userId && (known !== undefined || !isApart)
    const ack = await this.#ask(client, { type: 'DIRECT', user }, isAllowed)
    if (!ack) return
    if (known) {
      if (known.id !== ack.id) this.#fail(`a second direct chat of ${pair}`)
      return
    }
    const chat = newChat('chat', ack.id, { direct: pair })
    for (const id of pair) this.#model.seat(chat, id, { role: 'member', offset: ack.offset })
    this.#model.chats.push(chat)
  }

  async #join(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const { userId } = client
    const isMember = chat.members.has(userId)
    const isOpen = chat.visibility === 'public' && !chat.banned.has(userId) && !chat.direct
    const ack = await this.#ask(client, { type: 'JOIN', chat_id: chat.id }, isMember || isOpen)
    const role = chat.former.get(userId)?.isReader ? 'reader' : 'member'
    if (ack && !isMember) this.#model.seat(chat, userId, { role, offset: ack.offset })
  }

  async #leave(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const member = chat.members.get(client.userId)
    if (!member) return
    const isLast = member.role === 'owner' && this.#model.owners(chat) === 1
    const isAllowed = !chat.direct && (!isLast || chat.members.size === 1)
    const ack = await this.#ask(client, { type: 'LEAVE', chat_id: chat.id }, isAllowed)
    if (ack) this.#model.unseat(chat, client.userId)
  }

  async #add(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const user = this.#pick(USERS)
    const isReached = chat.members.has(user) || !this.#model.hasBlocked(user, client.userId)
    const isAllowed =
      this.#model.mayAct(client.userId, chat, 'moderator') && !chat.banned.has(user) && isReached
    const frame = { type: 'ADD_MEMBERS', chat_id: chat.id, users: [user] }
    const ack = await this.#ask(client, frame, isAllowed)
    const isReader = chat.former.get(user)?.isReader && this.#model.rank(client.userId, chat) < 3
    const role = isReader ? 'reader' : 'member'
    if (ack && !chat.members.has(user)) this.#model.seat(chat, user, { role, offset: ack.offset })
  }

  async #remove(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const user = this.#pick(USERS)
    const isLast = chat.members.get(user)?.role === 'owner' && this.#model.owners(chat) === 1
    const isAllowed = this.#model.mayAct(client.userId, chat, 'moderator', user) && !isLast
    const ack = await this.#ask(
      client,
      { type: 'REMOVE_MEMBERS', chat_id: chat.id, users: [user] },
      isAllowed,
    )
    if (ack) this.#model.unseat(chat, user)
  }

  async #role(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const user = this.#pick(USERS)
    const role = this.#pick(['reader', 'member', 'moderator', 'owner'] as const)
    const member = chat.members.get(user)
    const isLast = member?.role === 'owner' && role !== 'owner' && this.#model.owners(chat) === 1
    const isAllowed =
      this.#model.mayAct(client.userId, chat, 'owner', user) && member !== undefined && !isLast
    const ack = await this.#ask(
      client,
      { type: 'SET_ROLE', chat_id: chat.id, user, role },
      isAllowed,
    )
    if (ack) member!.role = role
  }

  async #mute(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const user = this.#pick(USERS)
    const until = this.#random() < 0.5 ? null : '2199-01-01T00:00:00.000Z'
    const { userId } = client
    const known = chat.members.get(user) ?? chat.former.get(user)
    const isKnown = chat.members.has(user) || known?.mutedBy !== undefined
    const isSame = (known?.mutedBy === undefined) === (until === null)
    const rank = this.#model.rank(userId, chat)
    const isAllowed =
      this.#model.mayAct(userId, chat, 'moderator', user) &&
      (isKnown || chat.former.get(user)?.isReader === true || chat.visits.has(user)) &&
      (isSame || (known?.mutedBy ?? 0) <= rank)
    const ack = await this.#ask(client, { type: 'MUTE', chat_id: chat.id, user, until }, isAllowed)
    if (!ack || isSame) return
    const mutedBy = until === null ? undefined : rank
    const member = chat.members.get(user)
    if (member) member.mutedBy = mutedBy
    else chat.former.set(user, { isReader: chat.former.get(user)?.isReader ?? false, mutedBy })
  }

  async #ban(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const user = this.#pick(USERS)
    const isBan = this.#random() < 0.4
    const isLast = chat.members.get(user)?.role === 'owner' && this.#model.owners(chat) === 1
    const isAllowed =
      this.#model.mayAct(client.userId, chat, 'moderator', user) &&
      !(isBan && isLast) &&
      (chat.banned.get(user) ?? 0) <= this.#model.rank(client.userId, chat)
    const ack = await this.#ask(
      client,
      { type: isBan ? 'BAN' : 'UNBAN', chat_id: chat.id, user },
      isAllowed,
    )
    if (!ack) return
    if (!isBan) chat.banned.delete(user)
    else {
      chat.banned.set(user, this.#model.rank(client.userId, chat))
      this.#model.unseat(chat, user)
    }
  }

  async #change(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const visibility = this.#pick(['public', 'private'] as const)
    const history = this.#pick(['all', 'since_join'] as const)
    const isAllowed = this.#model.mayAct(client.userId, chat, 'owner')
    const frame = { type: 'CHANGE_CHAT', chat_id: chat.id, visibility, history }
    if (await this.#ask(client, frame, isAllowed)) Object.assign(chat, { visibility, history })
  }

  async #block(): Promise<void> {
    const client = this.#pickClient()
    const user = this.#pick(USERS)
    if (!client) return
    const isBlock = this.#random() < 0.4
    const frame = { type: isBlock ? 'BLOCK' : 'UNBLOCK', user }
    if (!(await this.#ask(client, frame, user !== client.userId))) return
    if (isBlock) this.#model.blocks.add(`${client.userId} ${user}`)
    else this.#model.blocks.delete(`${client.userId} ${user}`)
  }

  async #profile(): Promise<void> {
    const client = this.#pickClient()
    if (!client) return
    const name = `user ${this.#step}`
    const saw = ALL.filter((id) => this.#model.share(id, client.userId))
    this.#model.names.set(name, new Set(saw))
    await this.#ask(client, { type: 'PROFILE', name }, true)
    await this.#question(client, { type: 'USERS', ids: ALL }, true)
  }

  async #edit(): Promise<void> {
    const { client, message } = this.#pickMessage()
    if (!client || !message) return
    const { chat } = message
    const isOwn = message.senderId === client.userId && !message.isDeleted
    const isAble = this.#model.mayTouch(client.userId, chat)
    const isFree = this.#isFree(client, message)
    const isAllowed = Boolean(
      isOwn && isAble && isFree && this.#model.reads(client.userId, message),
    )
    const frame = { type: 'EDIT', ...ref(message), content: `edited~m${message.number}~` }
    await this.#ask(client, frame, isAllowed)
  }

  async #delete(): Promise<void> {
    const { client, message } = this.#pickMessage()
    if (!client || !message || message.chat.direct || message.chat.kind === 'support') return
    const { chat, senderId } = message
    const isReadable = this.#model.reads(client.userId, message)
    const isOwn = senderId === client.userId
    const isModerated = this.#model.mayAct(client.userId, chat, 'moderator', senderId)
    const ack = await this.#ask(
      client,
      { type: 'DELETE', ...ref(message) },
      isReadable && (isOwn || isModerated),
    )
    if (ack) message.isDeleted = true
  }

  /** Whether nobody who would see a change wants nothing of the one who makes it. */
  #isFree({ userId }: WalkClient, { chat, hiddenFrom }: ModelMessage): boolean {
    return hiddenFrom !== undefined || this.#model.hiddenFrom(userId, chat) === undefined
  }

  async #react(): Promise<void> {
    const { client, message } = this.#pickMessage()
    if (!client || !message) return
    const { chat } = message
    const isAble = this.#model.mayTouch(client.userId, chat)
    const isAllowed = Boolean(
      isAble &&
        this.#isFree(client, message) &&
        !message.isDeleted &&
        this.#model.reads(client.userId, message),
    )
    await this.#ask(client, { type: 'REACT', ...ref(message), emoji: '👍' }, isAllowed)
  }

  async #history(): Promise<void> {
    const client = this.#pickClient()
    const chat = this.#pickChat()
    if (!client || !chat) return
    const name = chat.kind === 'chat' ? { chat_id: chat.id } : { support_chat_id: chat.id }
    const above = this.#model.readsAbove(client.userId, chat)
    const answer = await this.#question(
      client,
      { type: 'HISTORY', ...name, limit: 200 },
      above !== undefined,
    )
    if (answer?.type !== 'HISTORY') return
    const shown = new Set(answer.messages.map(({ id }) => id))
    for (const message of chat.messages.slice(-100))
      if (this.#model.reads(client.userId, message) && !shown.has(message.id))
        this.#fail(`history: message ${message.number} is not shown to user ${client.userId}`)
  }

  async #search(): Promise<void> {
    const client = this.#pickClient()
    if (client) await this.#question(client, { type: 'SEARCH', text: 'word', limit: 100 }, true)
  }

  async #lists(): Promise<void> {
    const { client, chat } = this.#pickBoth()
    if (!client || !chat) return
    const isReadable = this.#model.readsAbove(client.userId, chat) !== undefined
    await this.#question(client, { type: 'CHATS' }, true)
    await this.#question(client, { type: 'THREADS' }, true)
    await this.#question(client, { type: 'PRESENCE' }, true)
    await this.#question(client, { type: 'REPORTS' }, true)
    await this.#question(client, { type: 'PINS', chat_id: chat.id }, isReadable)
    const isMember = this.#model.follows(client.userId, chat)
    await this.#question(client, { type: 'MEMBERS', chat_id: chat.id }, isMember)
    await this.#question(client, { type: 'CHAT', chat_id: chat.id }, isReadable)
  }

  async #passing(): Promise<void> {
    const client = this.#pickClient()
    const chat = this.#pickChat()
    if (!client || !chat) return
    const name = chat.kind === 'chat' ? { chat_id: chat.id } : { support_chat_id: chat.id }
    client.send({ type: 'TYPING', ...name, typing: this.#random() < 0.7 })
    const newest = chat.messages.at(-1)
    if (newest) client.send({ type: 'READ', ...name, id: newest.id })
  }

  async #drop(): Promise<void> {
    const client = this.#pickClient()
    const clients = client && this.#clients.get(client.userId)!
    if (!client || clients!.length === 0) return
    this.#seen.set(client.userId, { offset: client.offset, epoch: client.epoch })
    clients!.splice(clients!.indexOf(client), 1)
    await client.close()
  }

  /** Comes back from where the user's last connection was, and has to be sent all that is now the user's. */
  async #resume(): Promise<void> {
    const userId = this.#pick(ALL)
    const clients = this.#clients.get(userId)!
    if (clients.length >= (userId === GUEST ? 1 : 2)) return
    const since = this.#seen.get(userId)
    const client = await this.#connect(userId, since)
    if (!since) return
    await client.caughtUp()
    const numbers = client
      .peek()
      .flatMap((frame) =>
        frame.type === 'MESSAGE' || frame.type === 'SUPPORT_MESSAGE'
          ? [...frame.payload.content.matchAll(/~m(\d+)~/g)].map(([, n]) => Number(n))
          : [],
      )
    for (const message of this.#model.messages.toReversed()) {
      if (message.offset <= since.offset) break
      if (message.isDeleted) continue
      const isTheirs =
        this.#model.follows(userId, message.chat) && this.#model.reads(userId, message)
      if (isTheirs && !numbers.includes(message.number))
        this.#fail(`resume: user ${userId} was not sent message ${message.number}`)
    }
  }

  async #narrow(): Promise<void> {
    const client = this.#pickClient()
    if (!client) return
    const isAll = this.#random() < 0.5
    const chats = this.#model.chats.filter(({ kind }) => kind === 'chat' && this.#random() < 0.5)
    const ids = chats.map(({ id }) => id)
    await this.#question(
      client,
      isAll ? { type: 'SUBSCRIBE' } : { type: 'SUBSCRIBE', chats: ids },
      true,
    )
    client.narrow(isAll ? undefined : new Set(chats.map(({ key }) => key)))
  }

  async #connect(userId: number, since?: { offset: number; epoch: string }): Promise<WalkClient> {
    const granted = userId === GUEST ? this.#grants() : []
    const claims = { chats: Object.fromEntries(granted.map(({ id }) => [id, 'member'])) }
    const token = await signToken(`${userId}`, { claims })
    this.#model.granted.set(userId, new Set(granted.map(({ key }) => key)))
    const client = await WalkClient.open(this.#url, userId, since, token)
    const [greeting] = client.peek()
    const offset = greeting?.type === 'CONNECTION_ESTABLISHED' ? greeting.offset : 0
    for (const { visits } of granted) if (!visits.has(userId)) visits.set(userId, offset)
    const clients = this.#clients.get(userId)
    if (clients) clients.push(client)
    else this.#clients.set(userId, [client])
    return client
  }

  /** The chats that a new token grants: some of those there are, but for direct ones. */
  #grants(): ModelChat[] {
    const chats = this.#model.chats.filter(({ kind, direct }) => kind === 'chat' && !direct)
    return chats.filter(() => this.#random() < 0.5)
  }

  // Asking.

  async #ask(client: WalkClient, frame: object, isAllowed: boolean) {
    const answer = await client.ask(frame)
    const isDone = answer.type === 'ACK'
    if (!isDone) this.#refused += 1
    if (isDone !== isAllowed)
      this.#fail(
        `user ${client.userId} ${isAllowed ? 'was refused' : 'was allowed'} ${JSON.stringify(frame)}: ${JSON.stringify(answer)}`,
      )
    return answer.type === 'ACK' ? answer : undefined
  }

  async #question(client: WalkClient, frame: object, isAllowed: boolean) {
    const answer = await client.ask(frame)
    const isAnswered = answer.type !== 'ERROR'
    if (!isAnswered) this.#refused += 1
    if (isAnswered !== isAllowed)
      this.#fail(
        `user ${client.userId} asked ${JSON.stringify(frame)}: ${JSON.stringify(answer).slice(0, 300)}`,
      )
    return isAnswered ? answer : undefined
  }

  #pick<Value>(from: readonly Value[]): Value {
    return from[Math.floor(this.#random() * from.length)]!
  }

  #pickClient(): WalkClient | undefined {
    return this.#pick(this.#clients.get(this.#pick(ALL)) ?? [])
  }

  #pickChat(): ModelChat | undefined {
    return this.#pick(this.#model.chats)
  }

  #pickBoth(): { client: WalkClient | undefined; chat: ModelChat | undefined } {
    const chats = this.#model.chats.filter(({ kind }) => kind === 'chat')
    return { client: this.#pickClient(), chat: this.#pick(chats) }
  }

  #pickMessage(): { client: WalkClient | undefined; message: ModelMessage | undefined } {
    return { client: this.#pickClient(), message: this.#pick(this.#model.messages.slice(-100)) }
  }
}

function newChat(
  kind: 'chat' | 'support',
  id: number,
  given: Partial<Pick<ModelChat, 'visibility' | 'history' | 'direct' | 'customer'>>,
): ModelChat {
  return {
    ...{ key: `${kind} ${id}`, id, kind, visibility: 'private', history: 'all' },
    ...{ direct: undefined, customer: undefined, ...given },
    ...{ members: new Map(), banned: new Map(), former: new Map(), visits: new Map() },
    messages: [],
  }
}

function ref({ id, chat }: ModelMessage): object {
  return chat.kind === 'chat' ? { message_id: id } : { support_message_id: id }
}

/** The chat that a frame is of, as a `chatKey`. */
function chatIn(frame: ServerFrame): string | undefined {
  const named = 'payload' in frame ? frame.payload : 'chat' in frame ? frame.chat : frame
  const { chat_id, support_chat_id } = named as { chat_id?: number; support_chat_id?: number }
  if (chat_id !== undefined) return `chat ${chat_id}`
  return support_chat_id === undefined ? undefined : `support ${support_chat_id}`
}

/** Random numbers from 0 up to 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
