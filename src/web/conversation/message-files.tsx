import { lazy, Suspense } from 'react'
import type { ShownMessage } from '../../react/react.ts'

const Attachments = lazy(() => import('./attachments.tsx'))

/** The files of a message, where it has any. */
export function MessageFiles({ message }: { readonly message: ShownMessage }) {
  if (!message.file_paths) return null
  return (
    <Suspense fallback={<div className="attachments-shadow" />}>
      <Attachments message={message} />
    </Suspense>
  )
}
