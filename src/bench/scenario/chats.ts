import { z } from 'zod'
import { positive } from './positive.ts'

const memberCount = z.int().min(1).max(100_000)

/** Chats that only their members read, on a server with `--access members`. */
export const Chats = z.strictObject({
  count: z.int().positive().max(1_000_000).describe('Chats, made before the run'),
  members: z
    .union(
      [
        memberCount,
        z
          .strictObject({ min: memberCount, max: memberCount })
          .refine(({ min, max }) => min <= max, 'min must not exceed max'),
      ],
      'must be a number of members, or {"min": n, "max": n}',
    )
    .default(10)
    .describe('How many members a chat has: a number, or evenly drawn. All users get their turn'),
  visibility: z
    .enum(['private', 'public'])
    .default('private')
    .describe('public: those who left may come back by themselves'),
  churn: z
    .strictObject({
      ratePerSecond: positive('Members that leave or are removed, a second over all chats').max(
        1_000,
      ),
      awaySeconds: positive('They are members again after this time').max(3_600).default(3),
    })
    .optional()
    .describe('Members leave and are removed during the run, and come back'),
})
export type Chats = z.infer<typeof Chats>

/** The fewest and the most members of a chat. */
export function memberRange({ members }: Chats): { readonly min: number; readonly max: number } {
  return typeof members === 'number' ? { min: members, max: members } : members
}
