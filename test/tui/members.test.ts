import { afterEach, expect, it } from 'vitest'
import { createChatClient } from '../../src/client/node.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { ScreenRun } from './screen-run.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** A server, and terminals of its users. */
async function start(access: 'open' | 'members' = 'members') {
  const server = await startServer({ access })
  opened.push(server)
  const open = async (userId: number) => {
    const run = new ScreenRun(server.url, userId, { columns: 110 })
    opened.push(run)
    await run.shows(/^ connected \|/m)
    return run
  }
  return { server, open }
}

/** Ann, who owns a chat, and Ben, who looks at it; both have names. */
async function startChat() {
  const { server, open } = await start()
  const [ann, ben] = [await open(1), await open(2)]
  ann.enter('/nick Ann')
  await ann.shows('chatws #1 | Ann (user 1)')
  ben.enter('/nick Ben')
  await ben.shows('chatws #1 | Ben (user 2)')
  ann.enter('/create Garden @2')
  await ann.shows(/chatws Garden #(\d+) \|/)
  await ben.shows(/Garden #\d+/)
  const id = Number(/Garden #(\d+)/.exec(ben.screen)?.[1])
  ben.enter(`/join ${id}`)
  await ben.shows(`chatws Garden #${id} |`)
  await ann.shows('● Ben')
  return { server, open, ann, ben, id }
}

it('names stand where ids would, and mentions by name are completed and stand out', async () => {
  const { ann, ben } = await startChat()
  ben.enter('hello')
  await ann.shows('<Ben> hello')
  ann.press('look, @Be\t')
  await ben.shows('Ann is typing')
  await ann.shows('look, @Ben')
  ben.press('\x1b[O')
  ann.press('!\r')
  await ben.shows('<Ann> look, @Ben !')
  await until(() => ben.notifications.length > 0, 'the notification')
  expect(ben.notifications[0]).toMatch(/Garden #\d+ <Ann> look, @Ben !/)
  ben.press('\x1b[I')
  await ann.shows('read by Ben')
  ann.enter('/whois Ben')
  await ann.shows('user 2, Ben, is active')
  ann.enter('/search hello')
  await ann.shows(/Garden #\d+ <Ben> hello/)
})

it('who is removed while typing is told so, and keeps what was typed', async () => {
  const { ann, ben, id } = await startChat()
  ann.enter('first')
  await ben.shows('<Ann> first')
  ben.press('half a sent')
  await ann.shows('Ben is typing')
  ann.enter('/kick Ben')
  await ben.shows(`you were removed from Garden #${id} by Ann; what you typed was not sent`)
  await ann.shows('* Ann removed Ben')
  expect(ben.screen).not.toContain('<Ann> first')
  ben.press('ence\r')
  await ben.shows(`not sent: you are not in Garden #${id} any more`)
  expect(ben.screen).toContain('half a sentence')
  ann.enter('/invite 2')
  await ben.shows('<Ann> first')
  ben.press('\r')
  await ann.shows('<Ben> half a sentence')
})

it('direct chats bear the name of the other', async () => {
  const { ann, ben } = await startChat()
  ann.enter('/dm Ben')
  await ann.shows(/chatws @Ben #\d+ \|/)
  ann.enter('psst')
  await ben.shows(/@Ann #\d+ +1 │/)
})

it('a public chat is joined from a list, and left', async () => {
  const { ann, ben, open, id } = await startChat()
  ann.enter('/visibility public')
  await ben.shows('Ann changed this chat: "Garden", public')
  const carl = await open(3)
  carl.enter('/join')
  await carl.shows('Chats to join (1)')
  await carl.shows(`Garden #${id}  2 members`)
  carl.press('\r')
  await ann.shows('* 3 joined')
  carl.enter('hi all')
  await ann.shows('<3> hi all')
  carl.enter('/leave')
  await ann.shows('* 3 left')
  await carl.shows(`you have left Garden #${id}`)
})

it('moderators mute, slow down, delete, ban and see what was reported', async () => {
  const { ann, ben, open, id } = await startChat()
  ann.enter('/invite 3')
  const carl = await open(3)
  carl.enter(`/join ${id}`)
  await carl.shows(`chatws Garden #${id}`)
  ann.enter('/role Ben moderator')
  await ben.shows('* Ann made Ben moderator')
  carl.enter('buy this')
  await ben.shows('<3> buy this')
  ann.enter('/report spam')
  await ben.shows(/report 1: Ann reports a message of 3 in Garden #\d+: spam/)
  ben.enter('/reports')
  await ben.shows('Reports (1)')
  ben.press('\x1b')
  ben.enter('/delete #1')
  await carl.shows('(deleted by Ben)')
  ben.enter('/resolve 1 deleted')
  await ben.shows('report 1 is resolved')
  ben.enter('/mute 3 for 1h')
  await carl.shows('* Ben muted 3 until')
  carl.enter('but')
  await carl.shows('* not sent: You may not write in this chat until')
  ben.enter('/unmute 3')
  await carl.shows('* Ben lets 3 write again')
  ben.enter('/slow 10s')
  await carl.shows('slow mode of 10 s')
  ben.enter('/ban 3 for 1d spam')
  await carl.shows(/you were banned until \w{3} [-\d]+ [:\d]+ from Garden #\d+ by Ben: spam/)
  await ann.shows(/\* Ben banned 3 until \w{3} [-\d]+ [:\d]+: spam/)
  ben.enter('/unban 3')
  await ann.shows('* Ben lifted the ban of 3')
  ben.enter('/kick Ann')
  await ben.shows(/\/kick: /)
})

it('threads, pins and settings are kept by the server', async () => {
  const { ann, ben } = await startChat()
  ann.enter('root')
  await ben.shows('<Ann> root')
  ben.enter('/thread #1 a reply')
  await ann.shows('┌ <Ann> root')
  await ann.shows('[1 reply: /thread]')
  ann.enter('/thread #1')
  await ann.shows('Thread of message 1 (1)')
  ann.press('\x1b')
  ann.enter('/pin #1')
  ben.enter('/mute')
  await ben.shows('this chat is muted')
  await ben.shows(/>Garden #\d+ +muted/)
  ben.enter('/mute')
  await ben.shows('this chat is not muted any more')
  ben.enter('/pins')
  await ben.shows('Pinned here (1)')
})

it('who is banned from the server is told so, and the client ends', async () => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const server = await startServer({ access: 'members', security: { authenticator } })
  opened.push(server)
  const ben = new ScreenRun(server.url, 2, { token: await signToken('2') })
  const ended = ben.exitCode.catch((error: Error) => error.message)
  await ben.shows(/^ connected \|/m)
  const token = await signToken('1', { claims: { role: 'admin' } })
  const admin = createChatClient({ url: server.url, userId: 1, token })
  opened.push({ close: async () => admin.close() })
  admin.connect()
  await admin.ban(2, { reason: 'spam' })
  expect(await ended).toMatch(/Banned: spam/)
})

it('admins ban from the server, until then and why, and let in again', async () => {
  for (const access of ['members', 'open'] as const) {
    const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
    const server = await startServer({ access, presence: 'all', security: { authenticator } })
    opened.push(server)
    const open = async (userId: number, claims = {}) => {
      const token = await signToken(String(userId), { claims })
      const run = new ScreenRun(server.url, userId, { token, columns: 110 })
      opened.push({ close: () => run.close().catch(() => {}) })
      await run.shows(/^ connected \|/m)
      return run
    }
    const admin = await open(1, { role: 'admin' })
    const ben = await open(2)
    const ended = ben.exitCode.catch((error: Error) => error.message)
    ben.enter('/nick Ben')
    ben.enter('/server-ban 1')
    await ben.shows('/server-ban: Only admins do this')
    admin.enter('/server-ban 2 for 2d spam')
    expect(await ended).toMatch(/Banned until .*: spam/)
    await admin.shows(
      /(2|Ben) is banned from this server until \w{3} \d{4}-\d\d-\d\d \d\d:\d\d: spam/,
    )
    const end = Date.parse((await server.store.access.bans({ after: 0, limit: 9 }))[0]?.until ?? '')
    expect(Math.round((end - Date.now()) / 3_600_000)).toBe(48)
    admin.enter('/server-unban 2')
    await admin.shows(/(2|Ben) may come to this server again/)
    expect(await server.store.access.bans({ after: 0, limit: 9 })).toEqual([])
  }
})

it('an edit changes whom a message mentions', async () => {
  const { server, ann, ben, id } = await startChat()
  const carl = createChatClient({ url: server.url, userId: 3 })
  opened.push({ close: async () => carl.close() })
  const told: (readonly number[] | undefined)[] = []
  carl.on('message', ({ mentions }) => void told.push(mentions))
  carl.on('edited', ({ mentions }) => void told.push(mentions))
  carl.connect()
  ann.enter('/invite 3')
  await ann.shows('* Ann added 3')
  await until(() => carl.status.state === 'open', 'the connection')
  ben.enter('/dm 3')
  await ben.shows(/chatws @3 #/)
  ann.enter('look, @Ben')
  await ben.shows(new RegExp(`Garden #${id} +@1`))
  ann.enter('/edit look, @3')
  await until(() => told.length === 2, 'the edit')
  expect(told).toEqual([[2], [3]])
  await ben.shows(new RegExp(`Garden #${id} +1 │`))
  ann.enter('/edit look')
  await until(() => told.length === 3, 'the edit')
  expect(told[2]).toBeUndefined()
})

it('who has chats begins in one of them, unless another is asked for', async () => {
  const { ann, open, server } = await startChat()
  ann.enter('/create House @4')
  await ann.shows(/chatws House #2 \|/)
  const dora = await open(4)
  await dora.shows('chatws House #2 |')
  const named = new ScreenRun(server.url, 4, { chat: { kind: 'chat', id: 9 } })
  opened.push(named)
  await named.shows('#9 is no chat of yours: Alt+N goes to one')
  expect(named.screen.split('is no chat of yours')).toHaveLength(2)
  const erin = await open(5)
  await erin.shows('you are in no chat yet: /create Garden makes one')
  expect(erin.screen.split('you are in no chat')).toHaveLength(2)
  ann.enter('/dm 5')
  await erin.shows(/@Ann #3 /)
  erin.enter('/join 3')
  await erin.shows('* Ann began a direct chat with you')
})

it('what is typed over a list is entered, not the line of the list', async () => {
  const { ann, ben, id } = await startChat()
  ann.enter('/visibility public')
  await ben.shows('Ann changed this chat')
  ben.enter('/join')
  await ben.shows('Chats to join (1)')
  ben.enter('over the list')
  await ann.shows('<Ben> over the list')
  expect(ben.screen).not.toContain('Chats to join')
  expect(ben.screen).toContain(`chatws Garden #${id} |`)
})

it('whoever leaves elsewhere is told so here', async () => {
  const { server, ben, id } = await startChat()
  const device = createChatClient({ url: server.url, userId: 2 })
  opened.push({ close: async () => device.close() })
  device.connect()
  await device.leave(id)
  await ben.shows(`you have left Garden #${id}. /create Garden makes one`)
})

it('where access is open, commands that need members say so', async () => {
  const { open } = await start('open')
  const ann = await open(1)
  ann.enter('/create Garden')
  await ann.shows('needs a server with --access members')
  ann.enter('/nick Ann')
  await ann.shows('| Ann (user 1)')
  ann.enter('/join 9')
  await ann.shows('chatws #9 |')
})
