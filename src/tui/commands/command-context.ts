import type { ChatClient } from '../../client/chat-client.ts'
import type { ChatData } from '../chat-data.ts'
import type { Env } from '../screen/theme.ts'
import type { ScreenActions } from '../screen-actions.ts'
import type { ScreenState } from '../screen-state.ts'
import type { Command, CommandName } from './command-line.ts'

/** What commands work on, and what they ask of the screen. */
export interface CommandContext {
  readonly client: ChatClient
  readonly data: ChatData
  readonly state: ScreenState
  readonly actions: ScreenActions
  readonly env: Env
  /** Puts a text into the editor. */
  edit(text: string): void
  /** Shows a line in the chosen chat. */
  notify(text: string): void
  /** Something changed that should be drawn. */
  changed(): void
  /** Shows messages before those that are shown. */
  showOlder(): void
  setTheme(name: string): string | undefined
  help(): void
  quit(): void
}

/** A command as it was entered. */
export type Run = Extract<Command, { type: 'run' }>

/** Command → what it does. What it throws or rejects with is told in the chat. */
export type CommandRuns = Record<Exclude<CommandName, 'join' | 'support'>, (run: Run) => unknown>
