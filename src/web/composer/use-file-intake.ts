import { useCallback, useState } from 'react'
import type { UploadQueue } from '../../view/upload-queue.ts'
import { useConfig } from '../app/config-context.ts'
import { useSizeFormat } from '../i18n/size-format.ts'
import { useWords } from '../i18n/words.ts'

/** What takes the files that a user gives. */
export interface FileIntake {
  readonly add: (files: readonly File[]) => void
  /** Why files of the last time were not taken. */
  readonly problems: readonly string[]
}

/** Takes files that the server will take, and says of the others why it will not. */
export function useFileIntake(queue: UploadQueue): FileIntake {
  const words = useWords().files
  const format = useSizeFormat()
  const { uploads } = useConfig()
  const [problems, setProblems] = useState<readonly string[]>([])
  const add = useCallback(
    (files: readonly File[]) => {
      if (!uploads) return
      const { maxBytes, types } = uploads
      const problemOf = ({ name, size, type }: File) => {
        if (size > maxBytes) return words.tooLarge(name, format.bytes(maxBytes))
        // What the browser cannot name, the server tells by its content.
        return type !== '' && !types.includes(type) ? words.wrongType(name) : undefined
      }
      setProblems(files.flatMap((file) => problemOf(file) ?? []))
      queue.add(files.filter((file) => problemOf(file) === undefined))
    },
    [uploads, words, format, queue],
  )
  return { add, problems }
}
