import type {
  Blocked,
  ChatAnswer,
  Members,
  Pins,
  PublicChats,
  Reports,
  Threads,
  Users,
} from '../protocol/access-questions.ts'
import { type ChatRef, type MessageRef, onlyChat, onlyMessage } from '../protocol/chat.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import type { LogFrame } from '../protocol/client-frames.ts'
import { MAX_LIST_PAGE } from '../protocol/limits.ts'
import type { AnswerTo, Question } from '../protocol/questions.ts'
import type { Ack } from '../protocol/server-frames.ts'
import type { ChatClientEvents } from './client-events.ts'
import { Emitter } from './emitter.ts'
import type {
  BanOptions,
  ChatChange,
  ListQuery,
  NewChat,
  Notify,
  ProfileChange,
  PublicChatsQuery,
  ReportsQuery,
  RequestOptions,
} from './queries.ts'
import type { Unnamed } from './requests.ts'

/**
 * What a client does and asks about members, names and moderation. What it does resolves with its
 * ACK once it is durable; it waits while away and is done once, like a message.
 */
export abstract class AccessMethods extends Emitter<ChatClientEvents> {
  /** Makes a chat; the ACK's `id` is its id. */
  createChat(chat: NewChat = {}, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'CREATE_CHAT', ...chat }, options)
  }

  changeChat(chat_id: number, change: ChatChange, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'CHANGE_CHAT', ...change, chat_id }, options)
  }

  /** Finds the direct chat with a user, or makes it; the ACK's `id` is its id. */
  direct(user: number, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'DIRECT', user }, options)
  }

  join(chat_id: number, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'JOIN', chat_id }, options)
  }

  leave(chat_id: number, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'LEAVE', chat_id }, options)
  }

  /** Adds 1 to 100 users to a chat, as members unless `role` says otherwise. */
  addMembers(
    chat_id: number,
    users: readonly number[],
    { role, ...options }: RequestOptions & { role?: ChatRole } = {},
  ): Promise<Ack> {
    const given = role === undefined ? {} : { role }
    return this.submit({ type: 'ADD_MEMBERS', chat_id, users: [...users], ...given }, options)
  }

  removeMembers(chat_id: number, users: readonly number[], options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'REMOVE_MEMBERS', chat_id, users: [...users] }, options)
  }

  setRole(chat_id: number, user: number, role: ChatRole, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'SET_ROLE', chat_id, user, role }, options)
  }

  /** Keeps a member from writing until a time, ISO 8601; null lets the member write again. */
  mute(
    chat_id: number,
    user: number,
    until: string | null,
    options?: RequestOptions,
  ): Promise<Ack> {
    return this.submit({ type: 'MUTE', chat_id, user, until }, options)
  }

  /** Keeps a user out of a chat, or of the server. */
  ban(user: number, { signal, ...ban }: BanOptions = {}): Promise<Ack> {
    return this.submit({ type: 'BAN', ...ban, user }, signal && { signal })
  }

  unban(
    user: number,
    { chat_id, ...options }: RequestOptions & { chat_id?: number } = {},
  ): Promise<Ack> {
    return this.submit({ type: 'UNBAN', user, ...(chat_id !== undefined && { chat_id }) }, options)
  }

  setProfile(profile: ProfileChange, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'PROFILE', ...profile }, options)
  }

  block(user: number, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'BLOCK', user }, options)
  }

  unblock(user: number, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'UNBLOCK', user }, options)
  }

  /** Tells the moderators of a message; the ACK's `id` is the report's. */
  report(message: MessageRef, reason: string, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'REPORT', ...onlyMessage(message), reason }, options)
  }

  /** Ends a report with what was done about it; for moderators. */
  resolveReport(report_id: number, resolution: string, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'RESOLVE_REPORT', report_id, resolution }, options)
  }

  /** Keeps a message at hand for all of its chat; `pinned: false` no longer. */
  pin(
    message: MessageRef,
    { pinned = true, ...options }: RequestOptions & { pinned?: boolean } = {},
  ): Promise<Ack> {
    return this.submit({ type: 'PIN', ...onlyMessage(message), pinned }, options)
  }

  /** Sets how the user wants a chat, on all devices. */
  setChatSettings(
    chat: ChatRef,
    { notify }: { readonly notify: Notify },
    options?: RequestOptions,
  ): Promise<Ack> {
    return this.submit({ type: 'CHAT_SETTINGS', ...onlyChat(chat), notify }, options)
  }

  /** Follows the thread that begins with a message; `followed: false` no longer. */
  follow(
    message: MessageRef,
    { followed = true, ...options }: RequestOptions & { followed?: boolean } = {},
  ): Promise<Ack> {
    return this.submit({ type: 'FOLLOW', ...onlyMessage(message), followed }, options)
  }

  /** A chat with members, and what the user is in it. */
  chat(chat_id: number, options?: RequestOptions): Promise<ChatAnswer> {
    return this.ask({ type: 'CHAT', chat_id }, options)
  }

  /** A page of a chat's members, by ascending id. */
  members(chat_id: number, query: ListQuery = {}, options?: RequestOptions): Promise<Members> {
    return this.ask({ type: 'MEMBERS', ...query, chat_id }, options)
  }

  /** All members of a chat, by ascending id, asked for page by page as they are read. */
  async *eachMember(
    chat_id: number,
    options?: RequestOptions,
  ): AsyncGenerator<Members['members'][number], void, undefined> {
    let after: number | undefined
    do {
      const query = { limit: MAX_LIST_PAGE, ...(after !== undefined && { after }) }
      const { members, has_more } = await this.members(chat_id, query, options)
      yield* members
      after = has_more ? members.at(-1)?.user : undefined
    } while (after !== undefined)
  }

  /** A page of the chats that anyone may join, by ascending id. */
  publicChats(query: PublicChatsQuery = {}, options?: RequestOptions): Promise<PublicChats> {
    return this.ask({ type: 'PUBLIC_CHATS', ...query }, options)
  }

  /** The names and pictures of 1 to 100 users; `names` asks by itself for those that are shown. */
  users(ids: readonly number[], options?: RequestOptions): Promise<Users> {
    return this.ask({ type: 'USERS', ids: [...ids] }, options)
  }

  /** Whom the user has blocked. */
  blocked(options?: RequestOptions): Promise<Blocked> {
    return this.ask({ type: 'BLOCKED' }, options)
  }

  /** The pinned messages of a chat, the one pinned last first. */
  pins(chat: ChatRef, options?: RequestOptions): Promise<Pins> {
    return this.ask({ type: 'PINS', ...onlyChat(chat) }, options)
  }

  /** The threads that the user follows, those with the newest replies first. */
  threads(options?: RequestOptions): Promise<Threads> {
    return this.ask({ type: 'THREADS' }, options)
  }

  /** A page of the reports that the user may resolve, the oldest first. */
  reports(query: ReportsQuery = {}, options?: RequestOptions): Promise<Reports> {
    return this.ask({ type: 'REPORTS', ...query }, options)
  }

  abstract submit(frame: Unnamed<LogFrame>, options?: RequestOptions): Promise<Ack>

  abstract ask<Type extends Question['type']>(
    question: Extract<Question, { type: Type }>,
    options?: RequestOptions,
  ): Promise<AnswerTo<Type>>
}
