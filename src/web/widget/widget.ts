import type { FromFrame, ToFrame, WidgetUser } from './widget-messages.ts'

// The script that a customer's page loads, from another origin, as a classic one: nothing of it may be seen
// by the page's other scripts, and nothing of it is imported at run time.
;(() => {
  const script = document.currentScript as HTMLScriptElement | null
  const origin = script && new URL(script.src).origin
  const { user, token, chat, title = 'Support', language } = script?.dataset ?? {}
  const userId = Number(user)
  const isId = (id: number) => Number.isSafeInteger(id) && id > 0
  const chatId = chat === undefined ? userId : Number(chat)
  if (!script || !origin || !isId(userId) || !isId(chatId)) {
    console.error(
      'chatws: the script needs data-user="…" with the number of the user, a whole number from 1, and takes data-chat, the number of a support chat',
    )
    return
  }
  const about: WidgetUser = {
    ...{ userId, chatId, title },
    ...(token !== undefined && { token }),
    ...(language !== undefined && { language }),
  }

  const STYLE = `
    :host { all: initial; position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000;
      font: 15px/1.4 system-ui, sans-serif; color-scheme: light dark }
    button { position: relative; display: grid; place-items: center; inline-size: 56px; block-size: 56px; border: 0;
      border-radius: 50%; background: #4f46e5; color: #fff; cursor: pointer; margin-inline-start: auto;
      box-shadow: 0 2px 8px rgb(0 0 0 / 25%) }
    button:hover { background: #4338ca }
    button:focus-visible { outline: 3px solid #4f46e5; outline-offset: 3px }
    svg { inline-size: 26px; block-size: 26px; fill: none; stroke: currentcolor; stroke-width: 1.75;
      stroke-linejoin: round; stroke-linecap: round }
    .count { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-inline-size: 22px; block-size: 22px;
      box-sizing: border-box; padding-inline: 5px; border-radius: 11px; background: #b3261e; color: #fff;
      font: 700 12px/22px system-ui, sans-serif; text-align: center }
    [hidden] { display: none !important }
    .frame { inline-size: min(380px, calc(100vi - 32px)); block-size: min(560px, calc(100vb - 104px));
      margin-block-end: 12px; border-radius: 16px; overflow: hidden; box-shadow: 0 4px 32px rgb(0 0 0 / 30%) }
    iframe { display: block; inline-size: 100%; block-size: 100%; border: 0 }
    @media (forced-colors: active) { button { border: 2px solid ButtonText } }
  `

  const host = document.createElement('chatws-widget')
  const root = host.attachShadow({ mode: 'open' })
  // A policy of the page that forbids styles in its text allows this.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]

  const box = document.createElement('div')
  box.className = 'frame'
  box.id = 'frame'
  box.hidden = true
  const frame = document.createElement('iframe')
  frame.title = title
  frame.src = new URL('widget.html', script.src).href
  frame.referrerPolicy = 'no-referrer'
  box.append(frame)

  const button = document.createElement('button')
  button.type = 'button'
  button.setAttribute('aria-label', title)
  button.setAttribute('aria-expanded', 'false')
  button.setAttribute('aria-controls', box.id)
  button.append(sign())
  const count = document.createElement('span')
  count.className = 'count'
  count.hidden = true
  count.setAttribute('aria-hidden', 'true')
  button.append(count)
  // Always there: what is announced must be known to be a place for news.
  const news = document.createElement('span')
  news.setAttribute('role', 'status')
  news.style.cssText =
    'position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)'
  root.append(box, button, news)

  // Before that, the page of another origin stands in the frame.
  let isReady = false
  const tell = (message: ToFrame) => {
    if (isReady) frame.contentWindow?.postMessage(message, origin)
  }
  const show = (isShown: boolean) => {
    box.hidden = !isShown
    button.setAttribute('aria-expanded', String(isShown))
    tell({ chatws: 'shown', isShown })
    if (isShown) frame.focus()
    else button.focus()
  }
  button.addEventListener('click', () => show(box.hidden !== false))
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !box.hidden) show(false)
  })
  window.addEventListener('message', (event: MessageEvent<FromFrame>) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return
    const said = event.data
    if (said.chatws === 'ready') {
      isReady = true
      tell({ chatws: 'user', ...about })
      tell({ chatws: 'shown', isShown: !box.hidden })
    } else if (said.chatws === 'close') show(false)
    else if (said.chatws === 'unread') {
      count.hidden = said.count === 0
      count.textContent = said.count > 99 ? '99+' : String(said.count)
      button.setAttribute('aria-label', said.count === 0 ? title : `${title}, ${said.label}`)
      news.textContent = said.count === 0 ? '' : said.label
    }
  })

  if (document.body) document.body.append(host)
  else document.addEventListener('DOMContentLoaded', () => document.body.append(host))

  /** A speech bubble, made without any text that is read as markup. */
  function sign(): SVGElement {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('viewBox', '0 0 24 24')
    svg.setAttribute('aria-hidden', 'true')
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    path.setAttribute('d', 'M4 5h16v11H9l-5 4z')
    svg.append(path)
    return svg
  }
})()
