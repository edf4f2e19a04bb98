import { duration } from './duration-option.ts'
import { option } from './option.ts'

const HOUR_MS = 60 * 60 * 1000

/** The options of `chatws serve` about how long messages are kept. */
export const retentionOptions = {
  retention: option(duration(HOUR_MS, 'an hour').optional(), {
    flag: '--retention <span>',
    env: 'CHATWS_RETENTION',
    description: 'delete messages of this age, like 90d (m, h, d, w); kept for good unless given',
  }),
  retentionSupport: option(duration(HOUR_MS, 'an hour').optional(), {
    flag: '--retention-support <span>',
    env: 'CHATWS_RETENTION_SUPPORT',
    description: 'the same of messages in support chats; as --retention unless given',
  }),
}
