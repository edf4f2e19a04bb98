import { type ChatRef, type MessageRef, onlyMessage } from '../protocol/chat.ts'
import type {
  ClientFrame,
  LogFrame,
  NewMessage,
  NewSupportMessage,
} from '../protocol/client-frames.ts'
import { ChatwsError } from '../protocol/error.ts'
import type {
  AnswerTo,
  Chats,
  History,
  PresenceList,
  Question,
  SearchResults,
  Subscribed,
  SupportQueue,
} from '../protocol/questions.ts'
import type { Ack } from '../protocol/server-frames.ts'
import { AccessMethods } from './access-methods.ts'
import { bindMethods } from './bind-methods.ts'
import { checkUrl } from './check-url.ts'
import { fileUrl } from './file-url.ts'
import type { LogPosition } from './log-cursor.ts'
import type { Names } from './names.ts'
import type { HistoryQuery, RequestOptions, SearchQuery, SupportChatChange } from './queries.ts'
import type { ConnectionStatus, CreateSocket } from './reconnecting-socket.ts'
import type { Unnamed } from './requests.ts'
import { type ChatClientOptions, Session } from './session.ts'
import { type ChatSelection, Subscription } from './subscription.ts'
import type { UploadedFile, UploadOptions } from './uploads.ts'

export type { ConnectionStatus }

/**
 * One user's connection to a server that outlives its sockets: it reconnects with back-off,
 * resumes where it was, and sends what is not acknowledged again under the same `client_id`, which
 * the server stores once. Each durable event is told once, in the order of offsets.
 *
 * What is sent and asked waits for a connection. Its promise rejects when the server refuses it,
 * the client closes, or `signal` aborts; questions also reject after 30 s without an answer.
 */
export class ChatClient extends AccessMethods {
  readonly #session: Session

  /** Throws USAGE for a URL that no WebSocket can have. */
  constructor(options: ChatClientOptions, createSocket: CreateSocket) {
    super()
    bindMethods(this)
    checkUrl(options.url)
    this.#session = new Session(options, createSocket, (name, event) => this.emit(name, event))
  }

  get userId(): number {
    return this.#session.userId
  }

  get status(): ConnectionStatus {
    return this.#session.connection.status
  }

  /** The last durable event that was told; undefined before the first connection. */
  get position(): LogPosition | undefined {
    return this.#session.log.position
  }

  /** What users are called; it asks by itself. */
  get names(): Names {
    return this.#session.names
  }

  /** Messages and changes, of whatever the log keeps, that are not acknowledged yet. */
  get pendingSends(): number {
    return this.#session.requests.pendingSends
  }

  /** Starts to connect, and to reconnect whenever the connection is lost. */
  connect(): void {
    this.#session.connection.open()
  }

  /** Closes, until `connect` is called again; what is not acknowledged is given up. */
  close(): void {
    this.#session.connection.close()
  }

  /**
   * Something happened to the machine or its network: finds out whether the connection still lives,
   * and connects now where it waits to. A client for browsers calls it by itself.
   */
  wake(): void {
    this.#session.connection.wake()
  }

  /** Lets go of the connection until `wake` or `connect`; what is sent meanwhile waits. */
  suspend(): void {
    this.#session.connection.suspend()
  }

  /** Sends a message; a missing `client_id` is filled in. The user does not type there any more. */
  send(message: NewMessage | NewSupportMessage, options?: RequestOptions): Promise<Ack> {
    this.#session.typing.stopped(message)
    return this.submit(message, options)
  }

  /**
   * Gives the server a file, over HTTP and at once, connected or not; what comes back is what a
   * message of this user names it with. Rejects when the server does not take it.
   */
  async upload(file: Blob, name: string, options?: UploadOptions): Promise<UploadedFile> {
    this.#refuseIfClosed()
    options?.signal?.throwIfAborted()
    // Most clients send none, and load less.
    const { sendFile } = await import('./uploads.ts')
    return sendFile(this.#session.server, { file, name }, options)
  }

  /** The web address of a file that a message names `uploads/…`; undefined for any other path. */
  fileUrl(path: string): string | undefined {
    return fileUrl(this.#session.server.url, path)
  }

  /** Replaces the content of an own message, and whom it mentions, where that is given. */
  edit(
    message: MessageRef,
    content: string,
    { mentions, ...options }: RequestOptions & { mentions?: readonly number[] } = {},
  ): Promise<Ack> {
    const frame = { type: 'EDIT', ...onlyMessage(message), content } as const
    return this.submit(mentions ? { ...frame, mentions: [...mentions] } : frame, options)
  }

  /** Takes an own message back. */
  delete(message: MessageRef, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'DELETE', ...onlyMessage(message) }, options)
  }

  /** Adds a reaction to a message, or removes it. */
  react(
    message: MessageRef,
    emoji: string,
    { remove = false, ...options }: RequestOptions & { remove?: boolean } = {},
  ): Promise<Ack> {
    const frame = { type: 'REACT', ...onlyMessage(message), emoji } as const
    return this.submit(remove ? { ...frame, remove } : frame, options)
  }

  /** Opens or closes a support chat, or gives it to an agent; for agents. */
  updateSupportChat(change: SupportChatChange, options?: RequestOptions): Promise<Ack> {
    return this.submit({ type: 'SUPPORT_UPDATE', ...change }, options)
  }

  /** Reads a page of one chat's messages, oldest first: the newest, or those before an id. */
  history(query: HistoryQuery, options?: RequestOptions): Promise<History> {
    return this.ask({ type: 'HISTORY', ...query }, options)
  }

  /** Who is here, who is idle, and who was here last. */
  presence(options?: RequestOptions): Promise<PresenceList> {
    return this.ask({ type: 'PRESENCE' }, options)
  }

  /** The chats that the user has to do with, each with its newest message and what is unread. */
  chats(options?: RequestOptions): Promise<Chats> {
    return this.ask({ type: 'CHATS' }, options)
  }

  /** Messages with words, newest first. */
  search(query: SearchQuery, options?: RequestOptions): Promise<SearchResults> {
    return this.ask({ type: 'SEARCH', ...query }, options)
  }

  /** The open support chats, those that wait longest first; for agents. */
  supportQueue(options?: RequestOptions): Promise<SupportQueue> {
    return this.ask({ type: 'SUPPORT_QUEUE' }, options)
  }

  /**
   * Narrows what is told to some chats, from now on and on every later connection; without either
   * list it is all of them again. The answer's `offset` tells from where on that is complete.
   */
  async subscribe(
    selection: ChatSelection & { client_id?: string },
    options?: RequestOptions,
  ): Promise<Subscribed> {
    const previous = this.#session.subscription
    const subscription = new Subscription(selection)
    this.#session.narrow(subscription)
    try {
      return await this.ask(subscription.frame, options)
    } catch (error) {
      const isRefused = error instanceof ChatwsError && !error.retryable
      if (isRefused && this.#session.subscription === subscription) this.#session.narrow(previous)
      throw error
    }
  }

  /**
   * Tells the others that the user types in a chat, or has stopped. To be called with every change
   * of the text: it is sent as often as it is useful, and expires by itself.
   */
  typing(chat: ChatRef, isTyping: boolean): void {
    if (isTyping) this.#session.typing.typing(chat)
    else this.#session.typing.stopped(chat)
  }

  /** Tells the others whether the user is at it; a user is idle when all connections are. */
  setActivity(state: 'active' | 'idle'): void {
    this.#session.setActivity(state)
  }

  /** Everything of a chat up to the message `id` has reached the user. */
  delivered(chat: ChatRef, id: number): void {
    this.#session.moved(chat, { delivered: id })
  }

  /** Everything of a chat, or of one `thread` in it, up to the message `id` was read by the user. */
  read(chat: ChatRef, id: number, { thread }: { thread?: number } = {}): void {
    if (thread === undefined) this.#session.moved(chat, { read: id })
    else this.#session.readThread(chat, thread, id)
  }

  /** How long an answer takes now, in milliseconds. */
  async ping({ signal }: RequestOptions = {}): Promise<number> {
    this.#refuseIfClosed()
    return this.#session.requests.ping(signal)
  }

  /** Sends any frame for the log; those above have their own methods. */
  async submit(frame: Unnamed<LogFrame>, { signal }: RequestOptions = {}): Promise<Ack> {
    this.#refuseIfClosed()
    return this.#session.requests.submit(frame, signal)
  }

  /** Sends any frame that nobody waits for; it is lost where there is no connection. */
  post(frame: Exclude<ClientFrame, LogFrame | Question>): void {
    this.#session.connection.send(frame)
  }

  /** Asks any question; those above have their own methods. */
  async ask<Type extends Question['type']>(
    question: Extract<Question, { type: Type }>,
    { signal }: RequestOptions = {},
  ): Promise<AnswerTo<Type>> {
    this.#refuseIfClosed()
    return this.#session.requests.ask(question, signal)
  }

  #refuseIfClosed(): void {
    if (this.#session.connection.isClosed)
      throw new ChatwsError('CONNECT_FAILED', 'The client is closed')
  }
}
