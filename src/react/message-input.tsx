'use client'

import type { FormEvent, ReactNode } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import type { UploadItem } from '../view/upload-queue.ts'
import { type Composing, type UseComposerOptions, useComposer } from './use-composer.ts'
import { useDisplayName } from './use-people.ts'

export interface MessageInputLabels {
  readonly write?: string
  readonly send?: string
  readonly attach?: string
  readonly remove?: string
  readonly retry?: string
  readonly cancel?: string
  readonly editing?: string
  readonly replyTo?: (name: string) => string
  readonly completions?: string
}

export interface MessageInputProps extends UseComposerOptions {
  readonly chat: ChatRef
  readonly className?: string | undefined
  /** What is being written, by `useComposer`, where others change it too: to answer a message, say. */
  readonly composer?: Composing
  readonly components?: {
    readonly Attachment?: (props: AttachmentProps) => ReactNode
  }
  readonly labels?: MessageInputLabels
}

/** A file that will go with the message. */
export interface AttachmentProps {
  readonly item: UploadItem
  readonly cancel: () => void
  readonly retry: () => void
  readonly labels: MessageInputLabels
}

/** Writes messages: mentions and emoji are completed, files are pasted, dropped and chosen, ↑ edits the last one. */
export function MessageInput({ composer, ...props }: MessageInputProps) {
  return composer ? <MessageForm {...props} composer={composer} /> : <OwnComposer {...props} />
}

function OwnComposer(props: Omit<MessageInputProps, 'composer'>) {
  return <MessageForm {...props} composer={useComposer(props.chat, props)} />
}

function MessageForm({
  className,
  composer,
  components = {},
  labels = {},
}: MessageInputProps & { readonly composer: Composing }) {
  const { Attachment = PlainAttachment } = components
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void composer.submit()
  }
  return (
    <form
      className={className}
      onSubmit={submit}
      data-dropping={composer.isDropping || undefined}
      {...composer.dropProps}
    >
      <Target composer={composer} labels={labels} />
      {composer.error && <p role="alert">{composer.error.message}</p>}
      {composer.attachments.length > 0 && (
        <ul>
          {composer.attachments.map((item) => (
            <li key={item.id} data-state={item.state}>
              <Attachment
                item={item}
                cancel={() => composer.cancelUpload(item.id)}
                retry={() => composer.retryUpload(item.id)}
                labels={labels}
              />
            </li>
          ))}
        </ul>
      )}
      <Completions composer={composer} label={labels.completions ?? 'Completions'} />
      <textarea
        aria-label={labels.write ?? 'Write a message'}
        rows={1}
        dir="auto"
        {...composer.inputProps}
      />
      <label>
        {labels.attach ?? 'Attach files'}
        <input {...composer.fileInputProps} />
      </label>
      <button type="submit" disabled={!composer.canSend}>
        {labels.send ?? 'Send'}
      </button>
    </form>
  )
}

function Target({ composer, labels }: { composer: Composing; labels: MessageInputLabels }) {
  const { replyTo, editing, cancel } = composer
  if (!editing && !replyTo) return null
  return (
    <p>
      {editing ? (
        (labels.editing ?? 'Editing a message')
      ) : (
        <ReplyTo userId={replyTo?.sender_id ?? 0} say={labels.replyTo ?? sayReplyTo} />
      )}{' '}
      <button type="button" onClick={cancel}>
        {labels.cancel ?? 'Cancel'}
      </button>
    </p>
  )
}

function ReplyTo({ userId, say }: { userId: number; say: (name: string) => string }) {
  return say(useDisplayName(userId))
}

function sayReplyTo(name: string): string {
  return `Answering ${name}`
}

function Completions({ composer, label }: { composer: Composing; label: string }) {
  const { completion, listProps, optionProps } = composer
  if (!completion) return null
  return (
    <ul {...listProps} aria-label={label}>
      {completion.candidates.map((candidate, i) => (
        <li key={candidate.userId ?? candidate.label} {...optionProps(i)}>
          <bdi>{candidate.label}</bdi>
        </li>
      ))}
    </ul>
  )
}

function PlainAttachment({ item, cancel, retry, labels }: AttachmentProps) {
  return (
    <>
      {item.previewUrl && <img src={item.previewUrl} alt="" width={64} height={64} />}
      <bdi>{item.name}</bdi>
      {item.state === 'sending' && <progress value={item.progress} aria-label={item.name} />}
      {item.error && <span role="alert">{item.error.message}</span>}
      {item.state === 'failed' && (
        <button type="button" onClick={retry}>
          {labels.retry ?? 'Try again'}
        </button>
      )}
      <button
        type="button"
        onClick={cancel}
        aria-label={`${labels.remove ?? 'Remove'} ${item.name}`}
      >
        ×
      </button>
    </>
  )
}
