/** What the tabs of one user decide among themselves. */
export interface TabRoles {
  /** Whether this tab is the one that tells the user of what comes. */
  isLeader(): boolean
  /** Whether the user looks at any of the tabs. */
  isLookedAt(): Promise<boolean>
  close(): void
}

/** Decides by locks, which the browser takes back from a tab that is closed or crashes. */
export function joinTabs(userId: number, locks: LockManager = navigator.locks): TabRoles {
  const [leading, looking] = ['leads', 'is looked at'].map((role) => `chatws ${userId} ${role}`)
  const end = new AbortController()
  let isLeader = false
  hold(locks, leading!, { signal: end.signal, onHeld: () => (isLeader = true) })
  let look: AbortController | undefined
  const noticeLook = () => {
    if (document.visibilityState === 'visible') {
      look ??= new AbortController()
      hold(locks, looking!, { mode: 'shared', signal: look.signal })
    } else {
      look?.abort()
      look = undefined
    }
  }
  noticeLook()
  document.addEventListener('visibilitychange', noticeLook)
  return {
    isLeader: () => isLeader,
    async isLookedAt() {
      const { held = [] } = await locks.query()
      return held.some(({ name }) => name === looking)
    },
    close() {
      document.removeEventListener('visibilitychange', noticeLook)
      look?.abort()
      end.abort()
      isLeader = false
    },
  }
}

interface Hold {
  readonly mode?: LockMode
  /** Lets go of it, or of the wish for it. */
  readonly signal: AbortSignal
  readonly onHeld?: () => void
}

function hold(
  locks: LockManager,
  name: string,
  { mode = 'exclusive', signal, onHeld }: Hold,
): void {
  const held = () =>
    new Promise<void>((resolve) => {
      onHeld?.()
      signal.addEventListener('abort', () => resolve())
    })
  // A wish that is given up rejects.
  locks.request(name, { mode, signal }, held).catch(() => {})
}
