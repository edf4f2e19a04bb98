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
  await carl.shows(`you were banned from Garden #${id} by Ben: spam`)
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
