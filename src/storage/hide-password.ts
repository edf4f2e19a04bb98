/** The text without the password of a URL that it may be. */
export function hidePassword(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):.*@/i, '$1:***@')
    .replace(/([?&]password=)[^&]*/gi, '$1***')
}
