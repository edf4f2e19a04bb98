import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchPage } from '../../src/client/page-watch.ts'
import { createScriptedClient } from './scripted-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What a page is to a client: something that tells events. */
function createPage() {
  const listeners = new Map<string, (event: { persisted?: boolean }) => void>()
  const addEventListener = (type: string, listener: (event: { persisted?: boolean }) => void) => {
    listeners.set(type, listener)
  }
  const document = { visibilityState: 'visible', addEventListener }
  const tell = (type: string, event: { persisted?: boolean } = {}) => listeners.get(type)!(event)
  return { addEventListener, document, tell }
}

function openOnPage() {
  const scripted = createScriptedClient()
  const page = createPage()
  watchPage(scripted.client, page)
  return { ...scripted, page, socket: scripted.open() }
}

it.each(['online', 'pageshow', 'visibilitychange'])(
  '%s finds out whether the server lives',
  (type) => {
    const { page, socket, sockets } = openOnPage()
    socket.isAlive = false
    page.tell(type)
    vi.advanceTimersByTime(16_000)
    expect(sockets.length).toBeGreaterThan(1)
  },
)

it('a page that is hidden asks nothing', () => {
  const { page, socket } = openOnPage()
  page.document.visibilityState = 'hidden'
  const send = vi.spyOn(socket, 'send')
  page.tell('visibilitychange')
  expect(send).not.toHaveBeenCalled()
})

it('a page that is kept holds no socket, and has one again when it is shown', () => {
  const { client, page, socket, sockets } = openOnPage()
  page.tell('pagehide', { persisted: true })
  expect(socket.closedWith).toBe(1000)
  page.tell('pageshow', { persisted: true })
  sockets.at(-1)!.greet()
  expect(client.status).toEqual({ state: 'open' })
})

it('a page that goes for good is left to close its socket itself', () => {
  const { page, socket } = openOnPage()
  page.tell('pagehide', { persisted: false })
  expect(socket.closedWith).toBeUndefined()
})

it('where there is no page, there is nothing to hear', () => {
  const { client } = createScriptedClient()
  expect(() => watchPage(client, {})).not.toThrow()
})
