import { lazy, Suspense } from 'react'
import type { ShownMessage } from '../../react/react.ts'

const Attachments = lazy(async () => ({ default: (await import('./attachments.tsx')).Attachments }))

/** The files of a message, where it has any. */
export function MessageFiles({ message }: { readonly message: ShownMessage }) {
  if (!message.file_paths) return null
  return (
    <Suspense fallback={<div className="attachments-shadow" />}>
      <Attachments message={message} />
    </Suspense>
  )
}
