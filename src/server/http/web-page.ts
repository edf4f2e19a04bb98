/**
 * The web page, shipped as it stands in the sources. The way to it is the same from here and from
 * the bundle (docs/decisions/016-one-bundle.md).
 */
export const PAGE = new URL('../../web/test-online-status.html', import.meta.url)
