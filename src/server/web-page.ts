/**
 * The web page, shipped as it stands in the sources. The way to it is the same from here and from
 * the bundle, as it must be of every file that is found beside the code.
 */
export const PAGE = new URL('../../src/web/test-online-status.html', import.meta.url)
