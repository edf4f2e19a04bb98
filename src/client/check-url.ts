import { ChatwsError } from '../protocol/error.ts'
import { hidePassword } from '../protocol/hide-password.ts'

/** Throws USAGE for a URL that no WebSocket can have. */
export function checkUrl(url: string): void {
  const { protocol, hash } = URL.canParse(url) ? new URL(url) : { protocol: '', hash: '' }
  if (!/^(?:ws|http)s?:$/.test(protocol))
    throw new ChatwsError(
      'USAGE',
      `Not the address of a WebSocket: ${JSON.stringify(hidePassword(url))}`,
    )
  if (hash !== '')
    throw new ChatwsError('USAGE', `The address must not have a #: ${hidePassword(url)}`)
}
