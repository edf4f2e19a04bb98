'use client'

import { useEffect, useState } from 'react'
import { type ShownUploads, UploadQueue } from '../view/upload-queue.ts'
import { useChat } from './chatws-provider.tsx'
import { useTracked } from './use-readable.ts'

/** Gives files to the server, `maxAtOnce` at once, 3 unless given; what is not done ends with the component. */
export function useUpload({ maxAtOnce }: { readonly maxAtOnce?: number } = {}): ShownUploads {
  const { client } = useChat()
  const [uploads] = useState(() => new UploadQueue(client, maxAtOnce))
  useEffect(() => uploads.clear, [uploads])
  return useTracked(uploads)
}
