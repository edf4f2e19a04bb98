/** Who wrote in a chat. */
export interface Writer {
  readonly userId: number
  readonly messages: number
  /** The id of the first. */
  readonly firstId: number
}

/** Finds who wrote where, and makes members of them. All calls throw STORAGE_UNAVAILABLE. */
export interface ChatCensus {
  /** The next chat in which somebody wrote; undefined behind the last. */
  nextChat(after: number): Promise<number | undefined>
  /** Who wrote the next messages behind an id; `last` is the id of the last of them, or undefined. */
  writersOf(
    chatId: number,
    after: number,
    limit: number,
  ): Promise<{ readonly writers: readonly Writer[]; readonly last: number | undefined }>
  /** Makes users members of a chat since ever, whose row is to come. */
  addMembers(chatId: number, userIds: readonly number[], owner: number): Promise<void>
  /** Makes a private chat whose members read all of its history. */
  addChat(chat: {
    chatId: number
    owner: number
    members: number
    createdAt: string
  }): Promise<void>
}
