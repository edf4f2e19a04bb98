import { z } from 'zod'

/** What a user may do: agents work the support desk, admins may also act on others. */
export const Role = z.enum(['user', 'agent', 'admin'])
export type Role = z.infer<typeof Role>
