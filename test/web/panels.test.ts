import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChatClient } from '../../src/client/chat-client.ts'
import { createChatClient } from '../../src/client/node.ts'
import { whyWithoutChromium } from '../support/chromium.ts'
import { AppBrowser, axeViolations, isWebBuilt } from './app-browser.ts'

const why = whyWithoutChromium() ?? (isWebBuilt ? undefined : 'the web app is not built')

describe.skipIf(why !== undefined)(`the panels${why ? ` (skipped: ${why})` : ''}`, () => {
  let app: AppBrowser
  let clients: ChatClient[]
  const clientOf = (userId: number) => {
    const client = createChatClient({ url: app.server.url, userId })
    clients.push(client)
    client.connect()
    return client
  }
  /** A chat of user 1 with others, and its number. */
  const makeChat = async (title: string, members: number[], more: object = {}) => {
    const owner = clientOf(1)
    const { id } = await owner.createChat({ title, members, ...more })
    return { owner, chat_id: id }
  }
  const say = async (client: ChatClient, chat_id: number, content: string, more: object = {}) => {
    const message = { type: 'NEW_MESSAGE', chat_id, sender_id: client.userId, content } as const
    return (await client.send({ ...message, ...more })).id
  }
  const panel = (page: Page, name: string) => page.getByRole('complementary', { name })

  beforeAll(async () => {
    app = await AppBrowser.open({ access: 'members', agents: [9] })
  })
  beforeEach(() => {
    clients = []
  })
  afterEach(() => {
    for (const client of clients) client.close()
  })
  afterAll(() => app?.close())

  it('finds words in the chat that is open, and everywhere, and goes to the message', async () => {
    const one = await makeChat('Roses', [2])
    const other = await makeChat('Tulips', [2])
    const here = await say(one.owner, one.chat_id, 'water the roses')
    await say(other.owner, other.chat_id, 'water the tulips')
    const page = await app.page({ userId: 2 }, `#/chat/${one.chat_id}`)
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    const search = panel(page, 'Search')
    const field = search.getByRole('searchbox', { name: 'Words to search for' })
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    await field.fill('water')
    await search.getByText('1 message found').waitFor()
    await search.getByText('Everywhere').click()
    await search.getByText('2 messages found').waitFor()
    await search.getByRole('link', { name: /roses/ }).click()
    expect(new URL(page.url()).hash).toBe(`#/chat/${one.chat_id}/message/${here}/search`)
    await field.press('Escape')
    await search.waitFor({ state: 'detached' })
  })

  it('opens by Ctrl+F where a message has the focus', async () => {
    const { owner, chat_id } = await makeChat('Find', [2])
    await say(owner, chat_id, 'Here')
    const page = await app.page({ userId: 2 }, `#/chat/${chat_id}`)
    const row = page.locator('[data-message]').filter({ hasText: 'Here' })
    await page.getByRole('main').locator('textarea:focus').waitFor()
    await row.focus()
    await page.keyboard.press('Control+f')
    await panel(page, 'Search').getByRole('searchbox').waitFor()
  })

  it('shows a thread with its replies, takes one, and lists what is followed', async () => {
    const { owner, chat_id } = await makeChat('Threads', [2, 3])
    const root = await say(owner, chat_id, 'Who waters?')
    await say(clientOf(2), chat_id, 'I do', { thread: root })
    const page = await app.page({ userId: 3 }, `#/chat/${chat_id}/thread/${root}`)
    const thread = panel(page, 'Thread')
    await thread.getByText('I do').waitFor()
    const field = thread.getByRole('textbox', { name: 'Reply in the thread' })
    await field.fill('Me too')
    await field.press('Enter')
    await thread.getByRole('article').filter({ hasText: 'Me too' }).waitFor()
    await thread.getByRole('button', { name: 'Do not follow', pressed: true }).waitFor()
    await say(owner, chat_id, 'Thank you', { thread: root })
    await thread.getByText('Thank you').waitFor()
    await page.evaluate(() => {
      window.location.hash = '#/threads'
    })
    await panel(page, 'Threads')
      .getByRole('link', { name: /Who waters/ })
      .waitFor()
    expect(await panel(page, 'Threads').getByText('3 replies').count()).toBe(1)
  })

  it('counts what is unread in a thread that is followed', async () => {
    const { owner, chat_id } = await makeChat('Unread', [2])
    const root = await say(owner, chat_id, 'A question')
    const page = await app.page({ userId: 1 }, '#/threads')
    await say(clientOf(2), chat_id, 'An answer', { thread: root })
    const threads = panel(page, 'Threads')
    const row = threads.getByRole('link', { name: /A question/ })
    await row.getByText('1 new reply').waitFor()
    await row.click()
    await panel(page, 'Thread').getByText('An answer').waitFor()
    await page.evaluate(() => {
      window.location.hash = '#/threads'
    })
    await row.waitFor()
    await row.getByText('1 new reply').waitFor({ state: 'detached' })
  })

  it('shows what is pinned, and takes a pin away', async () => {
    const { owner, chat_id } = await makeChat('Pins', [2])
    const id = await say(owner, chat_id, 'The rules')
    await owner.pin({ message_id: id })
    const page = await app.page({ userId: 1 }, `#/chat/${chat_id}/pins`)
    const pins = panel(page, 'Pinned messages')
    await pins.getByRole('link', { name: /The rules/ }).waitFor()
    await pins.getByRole('button', { name: 'No longer pin' }).click()
    await pins.getByText('Nothing is pinned here.').waitFor()
  })

  it('lets an owner add, mute, promote, remove and ban, and say what the chat is', async () => {
    const { owner, chat_id } = await makeChat('Garden', [2])
    const page = await app.page({ userId: 1 }, `#/chat/${chat_id}/members`)
    const members = panel(page, 'Members')
    await members.getByText('2 members').waitFor()
    await members.getByLabel('Numbers of users to add').fill('3, 4')
    await members.getByRole('button', { name: 'Add', exact: true }).click()
    await members.getByText('4 members').waitFor()
    const choose = async (who: string, what: string) => {
      await members.getByRole('button', { name: `What to do about ${who}`, exact: true }).click()
      await page.getByRole('menuitem', { name: what, exact: true }).click()
    }
    await choose('3', 'Mute for an hour')
    await members.getByText(/Muted until/).waitFor()
    await choose('2', 'Make: Moderator')
    await members.getByText('Moderator').waitFor()
    await choose('4', 'Ban from the chat')
    await page.getByRole('dialog').getByRole('button', { name: 'Ban from the chat' }).click()
    await members.getByText('3 members').waitFor()
    await choose('3', 'Remove from the chat')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove from the chat' }).click()
    await members.getByText('2 members').waitFor()
    await members.getByText('Settings of the chat').click()
    await members.getByLabel('Title').fill('Orchard')
    await members.getByLabel('Who finds it').selectOption('public')
    await members.getByRole('button', { name: 'Save' }).click()
    await members.getByText('Saved.').waitFor()
    const { chat } = await owner.chat(chat_id)
    expect(chat).toMatchObject({ title: 'Orchard', visibility: 'public', members: 2 })
  })

  it('shows members what they may, and lets them leave', async () => {
    const { chat_id } = await makeChat('Leaving', [2])
    const page = await app.page({ userId: 2 }, `#/chat/${chat_id}/members`)
    const members = panel(page, 'Members')
    await members.getByText('2 members').waitFor()
    expect(await members.getByLabel('Numbers of users to add').count()).toBe(0)
    await members.getByRole('button', { name: 'What to do about 1', exact: true }).click()
    const offered = await page.getByRole('menuitem').allTextContents()
    expect(offered).toEqual(['Write to this user', 'Block for yourself'])
    await page.keyboard.press('Escape')
    await members.getByRole('button', { name: 'Leave the chat' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Leave the chat' }).click()
    await members.waitFor({ state: 'detached' })
    expect(new URL(page.url()).hash).toBe('#/')
  })

  it('finds public chats, and joins one', async () => {
    await makeChat('Open orchard', [2], { visibility: 'public' })
    const page = await app.page({ userId: 7 }, '#/public')
    const chats = panel(page, 'Public chats')
    await chats.getByLabel('Words of the title').fill('open or')
    await chats.getByRole('button', { name: 'Join Open orchard' }).click()
    await page.getByRole('main').getByRole('heading', { name: 'Open orchard' }).waitFor()
  })

  it('brings reports to a moderator, who resolves them', async () => {
    const { owner, chat_id } = await makeChat('Reports', [2])
    const id = await say(owner, chat_id, 'Weeds!')
    const page = await app.page({ userId: 1 })
    await clientOf(2).report({ message_id: id }, 'Not about gardens')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Reports' }).click()
    const reports = panel(page, 'Reports')
    await reports.getByText('Not about gardens').waitFor()
    await reports.getByLabel('What was done about it').fill('Nothing')
    await reports.getByRole('button', { name: 'Resolve' }).click()
    await reports.getByText('No reports wait.').waitFor()
  })

  it('blocks a user by number, and ends the block', async () => {
    const page = await app.page({ userId: 5 }, '#/blocked')
    const blocked = panel(page, 'Blocked users')
    await blocked.getByLabel('Number of a user to block').fill('x')
    await blocked.getByRole('button', { name: 'Block', exact: true }).click()
    await blocked.getByRole('alert').waitFor()
    await blocked.getByLabel('Number of a user to block').fill('6')
    await blocked.getByRole('button', { name: 'Block', exact: true }).click()
    await blocked.getByRole('button', { name: 'No longer block 6' }).click()
    await blocked.getByText('You have blocked nobody.').waitFor()
  })

  it('shows agents who waits, and lets them take, give and close', async () => {
    const customer = clientOf(8)
    const content = 'It does not work'
    const question = { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 31, sender_id: 8 } as const
    const page = await app.page({ userId: 9 })
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Support desk' }).click()
    const desk = panel(page, 'Support desk')
    await desk.getByText('Nobody waits.').waitFor()
    await customer.send({ ...question, content })
    await desk.getByRole('link', { name: /It does not work/ }).waitFor()
    await desk.getByText(/^waits \d+ seconds?$/).waitFor()
    const choose = async (what: string) => {
      await desk.getByRole('button', { name: 'What to do about Support 31' }).click()
      await page.getByRole('menuitem', { name: what, exact: true }).click()
    }
    await choose('Assign to me')
    await desk.getByText('Assigned to you').waitFor()
    await choose('Close')
    await desk.getByText('Nobody waits.').waitFor()
  })

  it('offers a user who is neither agent nor moderator no desk and no reports', async () => {
    const page = await app.page({ userId: 40 })
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'Public chats' }).waitFor()
    const offered = await page.getByRole('menuitem').allTextContents()
    expect(offered).not.toContain('Support desk')
    expect(offered).not.toContain('Reports')
  })

  it('opens from the keyboard alone, and gives the focus back', async () => {
    const { chat_id } = await makeChat('Keys', [2])
    const page = await app.page({ userId: 2 }, `#/chat/${chat_id}`)
    // The field for messages takes the focus once it is there.
    await page.getByRole('main').locator(':focus').waitFor()
    const button = page.getByRole('button', { name: 'Pinned messages' })
    await button.focus()
    await page.keyboard.press('Enter')
    await panel(page, 'Pinned messages').waitFor()
    await page.keyboard.press('Escape')
    await panel(page, 'Pinned messages').waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong (%s)',
    async (colorScheme) => {
      const { owner, chat_id } = await makeChat('Axe', [2])
      const id = await say(owner, chat_id, 'Something')
      await owner.pin({ message_id: id })
      const page = await app.page({ userId: 1, bypassCSP: true, colorScheme })
      const places = [
        [`#/chat/${chat_id}/members`, 'Members'],
        [`#/chat/${chat_id}/pins`, 'Pinned messages'],
        [`#/chat/${chat_id}/search`, 'Search'],
        [`#/chat/${chat_id}/thread/${id}`, 'Thread'],
        ['#/threads', 'Threads'],
        ['#/public', 'Public chats'],
        ['#/blocked', 'Blocked users'],
      ] as const
      for (const [hash, name] of places) {
        await page.evaluate((to) => {
          window.location.hash = to
        }, hash)
        await panel(page, name).waitFor()
        expect(await axeViolations(page), hash).toEqual([])
      }
    },
  )
})
