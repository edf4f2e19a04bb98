/** Whether a value is what it should be. */
export type Check = (value: unknown) => boolean

/** Key → the check of its value. */
type Shape = Readonly<Record<string, Check>>

export const text: Check = (value) => typeof value === 'string'
export const flag: Check = (value) => typeof value === 'boolean'
/** Text that can stand in an address: without a lone surrogate. */
export const name: Check = (value) => text(value) && !/\p{Cs}/u.test(value as string)
export const number: Check = (value) => Number.isFinite(value)
/** As the schema of the same name, here and below. */
export const id: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0
export const offset: Check = (value) => value === 0 || id(value)
export const time: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string))
export const positive: Check = (value) => number(value) && (value as number) > 0
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
export const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
/** An object with these keys; others are not looked at. */
export const shape = (keys: Shape): Check => {
  const entries = Object.entries(keys)
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    entries.every(([key, check]) => check((value as Record<string, unknown>)[key]))
}
/** A shape that also names one thing in one of two ways. */
const either =
  (one: string, other: string) =>
  (keys: Shape): Check => {
    const rest = shape(keys)
    const named = shape({ [one]: optional(id), [other]: optional(id) })
    return (value) => {
      if (!rest(value) || !named(value)) return false
      const { [one]: first, [other]: second } = value as Record<string, unknown>
      return (first === undefined) !== (second === undefined)
    }
  }
/** A shape that also names a chat. */
export const withChat = either('chat_id', 'support_chat_id')
/** A shape that also names a message. */
export const withMessage = either('message_id', 'support_message_id')

/** A message as each frame that brings one does. */
export const message = withChat({
  ...{ id, sender_id: id, content: text, created_at: time, offset: id },
  ...{ file_type: optional(text), file_paths: optional(text), reply_to: optional(id) },
  ...{ edited_at: optional(time), deleted_at: optional(time), clipped: optional(flag) },
  ...{ thread: optional(id), mentions: optional(list(id)), client_id: optional(text) },
  replies: optional(shape({ count: id, last_id: id, last_at: time })),
  reactions: optional(list(shape({ emoji: text, userIds: list(id) }))),
})
