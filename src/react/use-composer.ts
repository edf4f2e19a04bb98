'use client'

import {
  type ChangeEvent,
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type SyntheticEvent,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { KnownMessage } from '../client/known-message.ts'
import type { ChatRef } from '../protocol/chat.ts'
import type { Ack } from '../protocol/server-frames.ts'
import type { FindEmoji } from '../view/completion.ts'
import { type Composer, Composers, type ShownComposer } from '../view/composer.ts'
import type { NamedFile } from '../view/upload-queue.ts'
import { useChat } from './chatws-provider.tsx'
import { usePlace } from './use-place.ts'
import { useReadable } from './use-readable.ts'

export interface UseComposerOptions {
  /** Writes to the thread that begins with this message. */
  readonly thread?: number
  /** Finds emoji to complete `:thu`; without it, none are. */
  readonly findEmoji?: FindEmoji
  /** Whether Enter sends, and Shift+Enter begins a line; otherwise only Ctrl+Enter and ⌘Enter send. True unless given. */
  readonly sendOnEnter?: boolean
}

/** For a `<textarea>`. */
export interface ComposerInputProps {
  readonly ref: (element: HTMLTextAreaElement | null) => void
  readonly value: string
  readonly onChange: (event: ChangeEvent<HTMLTextAreaElement>) => void
  readonly onSelect: (event: SyntheticEvent<HTMLTextAreaElement>) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void
  readonly onPaste: (event: ClipboardEvent<HTMLTextAreaElement>) => void
  readonly 'aria-autocomplete': 'list'
  readonly 'aria-controls': string | undefined
  readonly 'aria-activedescendant': string | undefined
}

/** What is being written, and what belongs to its elements. */
export interface Composing extends ShownComposer {
  readonly setText: (text: string, cursor?: number) => void
  /** Puts a text where the cursor is, such as an emoji that was picked. */
  readonly insert: (text: string) => void
  /** What is sent next answers a message. */
  readonly reply: (message: KnownMessage) => void
  /** What is sent next replaces an own message. */
  readonly edit: (message: KnownMessage) => void
  /** Leaves the completions, or the edit, or the answer: the first of them that there is. */
  readonly cancel: () => void
  /** Sends what is written, if it can be. */
  readonly submit: () => Promise<Ack> | undefined
  readonly acceptCompletion: (index?: number) => void
  readonly addFiles: (files: Iterable<NamedFile>) => void
  readonly cancelUpload: (id: string) => void
  readonly retryUpload: (id: string) => void
  readonly inputProps: ComposerInputProps
  /** For the element that shows the completions. */
  readonly listProps: { readonly id: string; readonly role: 'listbox' }
  /** For each completion in it. */
  readonly optionProps: (index: number) => {
    readonly id: string
    readonly role: 'option'
    readonly 'aria-selected': boolean
    readonly onMouseDown: (event: MouseEvent) => void
  }
  /** For an `<input>`. */
  readonly fileInputProps: {
    readonly type: 'file'
    readonly multiple: true
    readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void
  }
  /** For the element that files may be dropped on. */
  readonly dropProps: {
    readonly onDragOver: (event: DragEvent) => void
    readonly onDragLeave: (event: DragEvent) => void
    readonly onDrop: (event: DragEvent) => void
  }
  /** Whether files are held above it. */
  readonly isDropping: boolean
}

/**
 * What the user writes to a chat: it is kept while another one is open, and with the tab. Enter sends, ↑ in
 * an empty input edits the last own message, Escape leaves an edit or an answer.
 */
export function useComposer(ref: ChatRef, options: UseComposerOptions = {}): Composing {
  const { thread, findEmoji, sendOnEnter = true } = options
  const composers = useChat().part(Composers)
  const place = usePlace(ref, thread)
  const composer = useMemo(() => composers.of(place), [composers, place])
  const shown = useReadable(composer)
  const element = useRef<HTMLTextAreaElement | null>(null)
  const [isDropping, setDropping] = useState(false)
  const id = useId()
  useEffect(() => {
    composer.findEmoji = findEmoji
  }, [composer, findEmoji])
  const { revision, cursor } = shown
  const placed = useRef(revision)
  useEffect(() => {
    if (placed.current !== revision) element.current?.setSelectionRange(cursor, cursor)
    placed.current = revision
  }, [revision, cursor])
  const steady = useMemo(() => steadyOf(composer, setDropping), [composer])
  const { completion } = shown
  const optionId = (index: number) => `${id}-${index}`
  return {
    ...shown,
    ...steady,
    isDropping,
    listProps: { id, role: 'listbox' },
    optionProps: (index) => ({
      id: optionId(index),
      role: 'option',
      'aria-selected': index === completion?.index,
      onMouseDown: (event) => {
        // The input keeps the focus.
        event.preventDefault()
        composer.acceptCompletion(index)
      },
    }),
    inputProps: {
      ref: (found) => {
        element.current = found
      },
      value: shown.text,
      onChange: ({ target }) => composer.setText(target.value, target.selectionEnd),
      onSelect: ({ currentTarget }) => composer.setCursor(currentTarget.selectionEnd),
      onKeyDown: (event) => pressed(event, composer, sendOnEnter),
      onPaste: (event) => pasted(event, composer),
      'aria-autocomplete': 'list',
      'aria-controls': completion && id,
      'aria-activedescendant': completion && optionId(completion.index),
    },
  }
}

/** What stays the same with each text. */
function steadyOf(composer: Composer, setDropping: (isDropping: boolean) => void) {
  const { setText, insert, reply, edit, cancel, submit, acceptCompletion, uploads } = composer
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files')
  return {
    ...{ setText, insert, reply, edit, cancel, submit, acceptCompletion },
    addFiles: uploads.add,
    cancelUpload: uploads.cancel,
    retryUpload: uploads.retry,
    fileInputProps: {
      type: 'file',
      multiple: true,
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
        uploads.add([...(target.files ?? [])])
        // The same file can be chosen again.
        target.value = ''
      },
    },
    dropProps: {
      onDragOver: (event: DragEvent) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setDropping(true)
      },
      onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setDropping(false)
      },
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setDropping(false)
        uploads.add([...event.dataTransfer.files])
      },
    },
  } as const
}

function pressed(
  event: KeyboardEvent<HTMLTextAreaElement>,
  composer: Composer,
  sendOnEnter: boolean,
): void {
  // What is still being composed is the input method's; Safari tells of its end before the key.
  if (event.nativeEvent.isComposing || event.keyCode === 229) return
  if (isTaken(event, composer, sendOnEnter)) event.preventDefault()
}

/** Whether a key does something here, which it has done then. */
function isTaken(
  { key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent,
  composer: Composer,
  sendOnEnter: boolean,
): boolean {
  const { completion, text, editing, replyTo } = composer.get()
  const isBare = !shiftKey && !altKey && !ctrlKey && !metaKey
  if (completion && isBare) {
    if (key === 'ArrowDown' || key === 'ArrowUp')
      composer.moveCompletion(key === 'ArrowDown' ? 1 : -1)
    else if (key === 'Enter' || key === 'Tab') composer.acceptCompletion()
    else if (key === 'Escape') composer.cancel()
    else return false
    return true
  }
  if (key === 'Enter' && ((isBare && sendOnEnter) || ctrlKey || metaKey)) {
    void composer.submit()
    return true
  }
  if (key === 'ArrowUp' && isBare && text === '' && !editing) return composer.editLast()
  if (key !== 'Escape' || !(editing || replyTo)) return false
  composer.cancel()
  return true
}

function pasted(event: ClipboardEvent, composer: Composer): void {
  const { files, types } = event.clipboardData
  // A word processor puts a picture of the text beside it.
  if (files.length === 0 || types.includes('text/plain')) return
  event.preventDefault()
  composer.uploads.add([...files])
}
