import { z } from 'zod'
import { MAX_HISTORY } from '../protocol/limits.ts'
import { clientOptions, findNoChat } from './client-options.ts'
import { withoutContradictions } from './contradictions.ts'
import { id } from './id-option.ts'
import { numeric, option, yesOrNo } from './option.ts'

const options = z.object({
  ...clientOptions,
  chat: option(id().optional(), {
    flag: '--chat <id>',
    env: 'CHATWS_CHAT',
    description: 'chat to follow',
  }),
  support: option(id().optional(), {
    flag: '--support <id>',
    env: 'CHATWS_SUPPORT_CHAT',
    description: 'support chat to follow, instead of a chat',
  }),
  lines: option(
    numeric(
      z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .max(MAX_HISTORY, `must be at most ${MAX_HISTORY}`),
    ).default(10),
    { flag: '--lines <number>', env: 'CHATWS_TAIL_LINES', description: 'messages to begin with' },
  ),
  follow: option(yesOrNo().default(true), {
    flag: '--follow',
    env: 'CHATWS_TAIL_FOLLOW',
    description: 'go on with the messages that come',
    without: 'end after the messages that are there',
  }),
  timeout: option(
    numeric(
      z
        .number('must be a number of seconds')
        .min(0, 'must be at least 0')
        .max(86_400, 'must be a day at most'),
    ).default(30),
    {
      flag: '--timeout <seconds>',
      env: 'CHATWS_TAIL_TIMEOUT',
      description: 'give up without a connection for as long, until it follows; 0: never',
    },
  ),
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_TAIL_JSON',
    description: 'print the payload of each message as a line of JSON',
  }),
})

/** What `chatws tail` can be told. */
export const TailConfig = withoutContradictions(options, findNoChat)
export type TailConfig = z.infer<typeof TailConfig>
