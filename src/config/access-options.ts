import { z } from 'zod'
import type { Contradiction } from './contradictions.ts'
import { option } from './option.ts'

/** The options of `chatws serve` about who may read what. */
export const accessOptions = {
  access: option(z.enum(['open', 'members'], 'must be open or members').default('open'), {
    flag: '--access <mode>',
    env: 'CHATWS_ACCESS',
    description: 'who may read a chat: open (everyone) or members (those who are in it)',
  }),
  presence: option(z.enum(['all', 'shared', 'off'], 'must be all, shared or off').optional(), {
    flag: '--presence <scope>',
    env: 'CHATWS_PRESENCE',
    description:
      'whom users see online: all, shared (those they share a chat with; default with members), off',
  }),
  contact: option(z.enum(['all', 'shared'], 'must be all or shared').default('all'), {
    flag: '--contact <scope>',
    env: 'CHATWS_CONTACT',
    description:
      'whom users may add to chats and write to first: all, or shared (those they share a chat with)',
  }),
}

/** Finds scopes that need members where chats have none. */
export function findAccessContradictions(
  config: z.infer<z.ZodObject<typeof accessOptions>>,
): Contradiction[] {
  if (config.access !== 'open') return []
  return (['presence', 'contact'] as const)
    .filter((option) => config[option] === 'shared')
    .map((option) => ({
      option,
      message: 'can be shared only with --access members: in an open server nobody shares a chat',
      because: ['access'],
    }))
}
