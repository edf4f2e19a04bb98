import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'

/** The package finds itself by its name, from here and from the bundle, however deep each stands. */
const manifest = createRequire(import.meta.url).resolve('chatws/package.json')

/** The test page, shipped as it stands in the sources. */
const PAGE = new URL('./src/web/test-online-status.html', pathToFileURL(manifest))

/** The paths of the test page where it is all there is for browsers. */
export const PAGE_ALONE = ['/', '/test-online-status.html']
/** Its path beside a web app. */
export const PAGE_BESIDE = ['/test-online-status.html']

/** Serves the test page, and lets a browser run only the script that is in it. */
export function addPageRoutes(app: FastifyInstance, paths: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8')
  const policy = [
    "default-src 'none'",
    `script-src ${hashesOf(page, 'script')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  for (const path of paths)
    app.get(path, { config: { access: 'anyone' }, schema: { hide: true } }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(page),
    )
}

/** The sources of a policy that allow the page's own inline elements and no others. */
function hashesOf(page: string, tag: 'script'): string {
  const elements = page.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 'gs'))
  const hashes = [...elements].map(
    ([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`,
  )
  return hashes.length > 0 ? hashes.join(' ') : "'none'"
}
