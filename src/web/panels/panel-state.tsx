import { useWords } from '../i18n/words.ts'

interface PanelStateProps {
  readonly status: 'idle' | 'loading' | 'ready' | 'error'
  readonly error?: Error | undefined
  /** What is said where there is nothing to show. */
  readonly empty?: string | undefined
  readonly onRetry: () => void
}

/** Says that a list is on its way, empty, or could not be read. */
export function PanelState({ status, error, empty, onRetry }: PanelStateProps) {
  const words = useWords().panels
  if (status === 'error')
    return (
      <div className="notice" role="alert">
        <span className="grow">{words.failed(error?.message ?? '')}</span>
        <button type="button" className="button small" onClick={onRetry}>
          {words.retry}
        </button>
      </div>
    )
  const text = status === 'loading' ? words.loading : status === 'ready' ? empty : undefined
  return (
    <p className="soft padded" role="status">
      {text}
    </p>
  )
}
