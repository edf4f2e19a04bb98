/** Parameters of a URL that let whoever reads them in. */
const SECRETS = 'password|sslpassword|token|access_token|api_?key|key|secret'

const PARAMETER = new RegExp(`([?&](?:${SECRETS})=)[^&#\\s]*`, 'gi')

/** The text without the password, or the parameter that serves as one, of a URL that it may be. */
export function hidePassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):.*@/i, '$1:***@').replace(PARAMETER, '$1***')
}
