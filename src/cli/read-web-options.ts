import { fileURLToPath } from 'node:url'
import type { ServeConfig } from '../config/serve-config.ts'
import type { WebOptions } from '../server/http/http-server.ts'
import { WebFiles } from '../server/http/web-files.ts'
import type { WebApp } from '../server/http/web-routes.ts'
import { usingOption } from './option-error.ts'

/** Where the build leaves the web app; a package made without it has none. */
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url))

/** What a server gives browsers, as its configuration says. Throws USAGE. */
export function readWebOptions(config: Readonly<ServeConfig>): WebOptions {
  const { loginUrl, basePath, widgetOrigins } = config
  return { app: readApp(config), loginUrl, basePath, widgetOrigins }
}

function readApp({ web, webFolder }: Readonly<ServeConfig>): WebApp | undefined {
  if (!web) return undefined
  if (webFolder !== undefined) {
    const files = usingOption('webFolder', () => WebFiles.read(webFolder))
    return { files, isRoutedByPath: true }
  }
  return WebFiles.isIn(BUILT) ? { files: WebFiles.read(BUILT), isRoutedByPath: false } : undefined
}
