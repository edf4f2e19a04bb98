import type { Auth } from '../../../protocol/client-frames.ts'
import { CloseCode } from '../../../protocol/close-code.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import { type Handler, rightsOf } from './handler.ts'

/**
 * Lets the connection go on with a new token of the same user, in its turn. One that is not good
 * changes nothing: what the token before allows is allowed until that ends.
 */
export const handleAuth: Handler<Auth> = ({ token, client_id }, sender, context) =>
  sender.inTurn(async () => {
    const { authenticator, bans, responder } = context
    const found = await authenticator.identify(sender.userId, token)
    const identity = 'userId' in found ? (bans.refusalOf(found) ?? found) : found
    if (!sender.isOpen) return
    if (!('userId' in identity)) {
      const isAway = identity === CloseCode.authUnavailable
      const code = isAway ? 'STORAGE_UNAVAILABLE' : 'FORBIDDEN'
      responder.reply(sender, errorFrame(code, identity.reason, { ref: client_id }))
      return
    }
    const { expiresAtMs } = identity
    const { access, fanOut } = context
    const rights = rightsOf(identity, context)
    await access.enter({ userId: sender.userId, ...rights })
    if (!sender.isOpen) return
    sender.renew({ expiresAtMs, rights })
    if (access.mode === 'members')
      fanOut.subscribe(sender, access.narrow(sender, sender.filter?.wanted))
    responder.reply(sender, {
      type: 'AUTHENTICATED',
      ...(expiresAtMs === 0 ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
      ...(client_id === undefined ? {} : { client_id }),
    })
  })
