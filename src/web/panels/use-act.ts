import { useCallback, useState } from 'react'
import { useWords } from '../i18n/words.ts'

/** Something is done for the user, and said where it was refused. */
export interface Act {
  /** Why the last was refused, in words. */
  readonly problem: string | undefined
  /** Does it; resolves to whether it was done. */
  readonly act: (does: () => Promise<unknown>) => Promise<boolean>
}

export function useAct(): Act {
  const words = useWords().panels
  const [problem, setProblem] = useState<string>()
  const act = useCallback(
    async (does: () => Promise<unknown>) => {
      setProblem(undefined)
      try {
        await does()
        return true
      } catch (error) {
        setProblem(words.refused((error as Error).message))
        return false
      }
    },
    [words],
  )
  return { problem, act }
}
