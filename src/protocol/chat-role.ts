/** What a member of a chat may be, in the order of rights: each may do what stands before it may. */
export const CHAT_ROLES = ['reader', 'member', 'moderator', 'owner'] as const
export type ChatRole = (typeof CHAT_ROLES)[number]

/** Whether a role has the rights of another. */
export function isAtLeast(role: ChatRole, needed: ChatRole): boolean {
  return CHAT_ROLES.indexOf(role) >= CHAT_ROLES.indexOf(needed)
}
