import type { NewMessage, NewSupportMessage } from '../protocol/client-frames.ts'
import type { Named } from './requests.ts'

/** A message that can be told apart: one with a `client_id`. */
export type NamedMessage = Named<NewMessage | NewSupportMessage>
