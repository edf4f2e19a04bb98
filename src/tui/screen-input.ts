import type { IdleWatch } from '../view/idle-watch.ts'
import type { Keyboard } from './keyboard.ts'
import { type Key, splitAlt } from './keys/key.ts'
import type { KeyEvent } from './keys/key-parser.ts'
import type { ScreenPainter } from './screen/screen-painter.ts'
import type { ScreenActions } from './screen-actions.ts'
import type { ScreenState } from './screen-state.ts'

export interface ScreenInputOptions {
  readonly state: ScreenState
  readonly keyboard: Keyboard
  readonly actions: ScreenActions
  readonly painter: Pick<ScreenPainter, 'targetAt'>
  readonly idle: Pick<IdleWatch, 'touch'>
}

/** Takes what the terminal tells, keys, text, clicks and focus, to what it is for. */
export class ScreenInput {
  readonly #options: ScreenInputOptions

  constructor(options: ScreenInputOptions) {
    this.#options = options
  }

  take(event: KeyEvent): void {
    const { state, keyboard, actions, idle } = this.#options
    if (event.type !== 'focus') idle.touch()
    switch (event.type) {
      case 'text':
        if (event.text === '?' && keyboard.editor.text === '') actions.do('help')
        else keyboard.insert(event.text)
        break
      case 'paste':
        keyboard.insert(event.text)
        break
      case 'focus':
        state.isFocused = event.isFocused
        if (!event.isFocused) actions.leave()
        break
      case 'mouse':
        if (event.button === 'wheelUp') actions.wheel(-1)
        else if (event.button === 'wheelDown') actions.wheel(1)
        else if (event.button === 'left') this.#click(event.column, event.row)
        break
      case 'key':
        this.#press(event)
    }
  }

  #press(key: Key): void {
    const { state, keyboard, actions } = this.#options
    const isEntering = key.name === 'enter' && keyboard.editor.text !== ''
    // What was typed while a list was shown is meant, not what is chosen in the list.
    if (isEntering && !key.alt && !key.shift) state.overlay = undefined
    // In a list over the messages, the arrows and Enter are the list's.
    if (actions.pressInOverlay(key.name) || keyboard.press(key)) return
    for (const event of splitAlt(key) ?? []) this.take(event)
  }

  #click(column: number, row: number): void {
    const { state, actions, painter } = this.#options
    const target = painter.targetAt(column, row)
    if (target?.type === 'chat') actions.choose(target.chat)
    else if (target) state.view().selectedId = target.id
  }
}
