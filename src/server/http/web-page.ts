import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The package finds itself by its name, from here and from the bundle, however deep each stands. */
const manifest = createRequire(import.meta.url).resolve('chatws/package.json')

/** The web page, shipped as it stands in the sources. */
export const PAGE = new URL('./src/web/test-online-status.html', pathToFileURL(manifest))
