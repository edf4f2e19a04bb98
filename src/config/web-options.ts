import { z } from 'zod'
import type { Contradiction } from './contradictions.ts'
import { Origin } from './limit-options.ts'
import { list, option, yesOrNo } from './option.ts'

/** Whether a browser may be sent there to sign in: a page, of this server or of one with TLS. */
function isLoginUrl(url: string): boolean {
  if (/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(url)) return true
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  return protocol === 'https:' || (protocol === 'http:' && isHere)
}

/** The options of `chatws serve` about the web app. */
export const webOptions = {
  web: option(yesOrNo().default(true), {
    flag: '--web',
    env: 'CHATWS_WEB',
    description: 'serve the web app at /',
    without: 'no web app: / is the test page',
  }),
  webFolder: option(z.string().min(1, 'must name a folder').optional(), {
    flag: '--web-folder <folder>',
    env: 'CHATWS_WEB_FOLDER',
    description: 'folder of another web app to serve at /, with an index.html',
  }),
  basePath: option(
    z
      .string()
      .regex(
        /^(\/[\w.~-]*[\w~-])+$/,
        'must be a path that begins with / and does not end with it, like /chat',
      )
      .optional(),
    {
      flag: '--base-path <path>',
      env: 'CHATWS_BASE_PATH',
      description: 'path that a proxy leaves in the addresses it passes on',
    },
  ),
  widgetOrigins: option(list(Origin).default([]), {
    flag: '--widget-origins <list>',
    env: 'CHATWS_WIDGET_ORIGINS',
    description: 'origins of web pages that may show the support widget (/widget.js); * for all',
  }),
  loginUrl: option(
    z
      .string()
      .refine(
        isLoginUrl,
        'must be an https:// URL (http:// on the loopback address), or a path that begins with /',
      )
      .optional(),
    {
      flag: '--login-url <url>',
      env: 'CHATWS_LOGIN_URL',
      description: 'page that the web app sends those to who have no token',
    },
  ),
}

/** Finds what of the web app has no meaning beside the rest. */
export function findWebContradictions(
  config: z.infer<z.ZodObject<typeof webOptions>> & { readonly auth: string },
): Contradiction[] {
  const found: Contradiction[] = []
  if (!config.web && config.webFolder !== undefined)
    found.push({
      option: 'webFolder',
      message: 'has no meaning with --no-web, which serves no web app',
      because: ['web'],
    })
  if (!config.web && config.widgetOrigins.length > 0)
    found.push({
      option: 'widgetOrigins',
      message: 'has no meaning with --no-web: the widget is part of the web app',
      because: ['web'],
    })
  if (config.auth === 'none' && config.loginUrl !== undefined)
    found.push({
      option: 'loginUrl',
      message: 'has no meaning without --auth jwt, which asks every client for a token',
      because: ['auth'],
    })
  return found
}
