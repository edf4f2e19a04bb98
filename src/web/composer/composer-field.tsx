import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react'
import { useReadable } from '../../react/use-readable.ts'
import type { Composer } from '../../view/composer.ts'
import { createEmojiFinder } from '../emoji/find-emoji.ts'
import { useLanguage } from '../i18n/words.ts'
import { COMPLETION_LIST_ID, completionId } from './completion-list.tsx'

interface ComposerFieldProps {
  readonly composer: Composer
  readonly label: string
  readonly onSubmit: () => void
  readonly ref?: Ref<HTMLTextAreaElement>
}

/** What an input method says of keys that are its own, where `isComposing` comes too late: Safari's Enter. */
const OF_INPUT_METHOD = 229

/** The text being written. Enter sends it, but on a touch screen, whose keyboard has no other way to a new line. */
export function ComposerField({ composer, label, onSubmit, ref }: ComposerFieldProps) {
  const { text, cursor, completion, editing } = useReadable(composer)
  const { language } = useLanguage()
  const field = useRef<HTMLTextAreaElement>(null)
  useImperativeHandle(ref, () => field.current!)

  // What was completed or inserted moves the cursor, and what was typed has done so already.
  useLayoutEffect(() => {
    const element = field.current
    if (element && element.value === text && element.selectionStart !== cursor)
      element.setSelectionRange(cursor, cursor)
  }, [text, cursor])
  useGrowth(field, text)
  useEffect(() => {
    // On a phone the keyboard would hide what was opened to be read.
    if (!isTouched()) field.current?.focus()
  }, [])

  const change = (element: HTMLTextAreaElement) => {
    composer.setText(element.value, element.selectionStart)
    if (composer.findEmoji || !/(^|\s):\w/.test(element.value)) return
    void createEmojiFinder(language).then((find) => {
      composer.findEmoji = find
      composer.setText(element.value, element.selectionStart)
    })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === OF_INPUT_METHOD) return
    if (actionOf(event, { composer, onSubmit })) event.preventDefault()
  }
  return (
    <textarea
      ref={field}
      className="composer-field"
      rows={1}
      dir="auto"
      value={text}
      placeholder={label}
      aria-label={label}
      aria-autocomplete="list"
      aria-controls={completion ? COMPLETION_LIST_ID : undefined}
      aria-activedescendant={completion ? completionId(completion.index) : undefined}
      enterKeyHint={editing ? 'done' : 'send'}
      data-pane-stop=""
      onChange={(event) => change(event.currentTarget)}
      onSelect={(event) => composer.setCursor(event.currentTarget.selectionStart)}
      onKeyDown={onKeyDown}
    />
  )
}

interface Acting {
  readonly composer: Composer
  readonly onSubmit: () => void
}

/** Does what a key is for; false where it only writes. */
function actionOf(event: KeyboardEvent, { composer, onSubmit }: Acting): boolean {
  const { completion, text, editing, replyTo } = composer.get()
  const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey
  if (!isPlain) return false
  switch (event.key) {
    case 'Enter':
      if (completion) composer.acceptCompletion()
      else if (isTouched()) return false
      else onSubmit()
      return true
    case 'Tab':
      if (!completion) return false
      composer.acceptCompletion()
      return true
    case 'Escape':
      if (!completion && !editing && !replyTo) return false
      composer.cancel()
      return true
    case 'ArrowUp':
    case 'ArrowDown': {
      if (completion) composer.moveCompletion(event.key === 'ArrowUp' ? -1 : 1)
      else if (event.key === 'ArrowDown' || text !== '' || editing) return false
      else return composer.editLast()
      return true
    }
    default:
      return false
  }
}

function isTouched(): boolean {
  return window.matchMedia('(pointer: coarse)').matches
}

/** Makes the field as high as its text where the style sheet alone does not. */
function useGrowth(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is measured anew for another text
  useLayoutEffect(() => {
    const element = field.current
    if (!element || CSS.supports('field-sizing', 'content')) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
