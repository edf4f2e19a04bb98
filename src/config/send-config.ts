import { z } from 'zod'
import { clientOptions, findNoChat } from './client-options.ts'
import { withoutContradictions } from './contradictions.ts'
import { id } from './id-option.ts'
import { numeric, option, yesOrNo } from './option.ts'

const options = z.object({
  ...clientOptions,
  chat: option(id().optional(), {
    flag: '--chat <id>',
    env: 'CHATWS_CHAT',
    description: 'chat to write to',
  }),
  support: option(id().optional(), {
    flag: '--support <id>',
    env: 'CHATWS_SUPPORT_CHAT',
    description: 'support chat to write to, instead of a chat',
  }),
  replyTo: option(id().optional(), {
    flag: '--reply-to <id>',
    env: 'CHATWS_REPLY_TO',
    description: 'the message of the same chat that this one answers',
  }),
  mentions: option(yesOrNo().default(true), {
    flag: '--mentions',
    env: 'CHATWS_SEND_MENTIONS',
    description: 'tell whom the text names that it does, as @12 or @Ann',
    without: 'do not mention anyone, whatever the text says',
  }),
  timeout: option(
    numeric(
      z
        .number('must be a number of seconds')
        .positive('must be above 0')
        .min(0.1, 'must be at least 0.1')
        .max(86_400),
    ).default(30),
    {
      flag: '--timeout <seconds>',
      env: 'CHATWS_SEND_TIMEOUT',
      description: 'give up when it is not stored by then',
    },
  ),
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_SEND_JSON',
    description: 'print the ACK of the message as a line of JSON',
  }),
})

/** What `chatws send` can be told besides the text. */
export const SendConfig = withoutContradictions(options, findNoChat)
export type SendConfig = z.infer<typeof SendConfig>
