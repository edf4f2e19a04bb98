import { z } from 'zod'
import { clientOptions } from './client-options.ts'
import { id } from './id-option.ts'
import { list, numeric, option, yesOrNo } from './option.ts'

/** What `chatws connect` can be told. */
export const ConnectConfig = z.object({
  ...clientOptions,
  chat: option(id().optional(), {
    flag: '--chat <id>',
    env: 'CHATWS_CHAT',
    description: 'chat to begin in: 1, or where chats have members one of yours',
  }),
  plain: option(yesOrNo().default(false), {
    flag: '--plain',
    env: 'CHATWS_PLAIN',
    description: 'lines instead of a full screen, in a terminal too',
  }),
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_CONNECT_JSON',
    description: 'read and write frames as lines of JSON',
  }),
  screenReader: option(yesOrNo().default(false), {
    flag: '--screen-reader',
    env: 'CHATWS_SCREEN_READER',
    description: 'a screen that is read out from top to bottom (also: INK_SCREEN_READER=true)',
  }),
  theme: option(
    z.enum(['auto', 'dark', 'light', 'none'], 'must be auto, dark, light or none').default('auto'),
    {
      flag: '--theme <name>',
      env: 'CHATWS_THEME',
      description: 'auto, dark, light, or none for no colour; NO_COLOR makes auto none',
    },
  ),
  mouse: option(yesOrNo().default(true), {
    flag: '--mouse',
    env: 'CHATWS_MOUSE',
    description: 'take the wheel and clicks of the mouse',
    without: 'leave wheel and clicks to the terminal, which then selects text',
  }),
  bell: option(yesOrNo().default(true), {
    flag: '--bell',
    env: 'CHATWS_BELL',
    description: 'ring and notify on mentions',
    without: 'neither ring nor notify on mentions',
  }),
  mention: option(list(z.string().trim().min(1)).default([]), {
    flag: '--mention <words>',
    env: 'CHATWS_MENTION',
    description: 'further words that mean you, with commas between, besides @ and your user id',
  }),
  idleMinutes: option(
    numeric(
      z
        .number('must be a number of minutes')
        .positive('must be above 0')
        .min(0.1, 'must be at least 0.1')
        .max(1_440),
    ).default(5),
    {
      flag: '--idle-minutes <number>',
      env: 'CHATWS_IDLE_MINUTES',
      description: 'without a key for as long you are idle',
    },
  ),
  timeout: option(
    numeric(
      z.number('must be a number of seconds').min(0, 'must be at least 0').max(86_400),
    ).default(30),
    {
      flag: '--timeout <seconds>',
      env: 'CHATWS_CONNECT_TIMEOUT',
      description: 'outside of a terminal: give up without a connection for as long; 0: never',
    },
  ),
  escapeMs: option(
    numeric(
      z.int('must be a whole number of milliseconds').min(1, 'must be at least 1').max(5_000),
    ).default(50),
    {
      flag: '--escape-ms <number>',
      env: 'CHATWS_ESCAPE_MS',
      description: 'how long the rest of an escape sequence may take; more for a slow link',
    },
  ),
})
export type ConnectConfig = z.infer<typeof ConnectConfig>
