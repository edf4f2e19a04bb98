import type { UploadItem, UploadQueue } from '../../view/upload-queue.ts'
import { useSizeFormat } from '../i18n/size-format.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { IconButton } from '../parts/icon-button.tsx'

interface UploadListProps {
  readonly items: readonly UploadItem[]
  readonly queue: UploadQueue
}

/** The files that go with the message, and how far each has come. */
export function UploadList({ items, queue }: UploadListProps) {
  if (items.length === 0) return null
  return (
    <ul className="uploads">
      {items.map((item) => (
        <li key={item.id} className="upload" data-state={item.state}>
          <UploadRow item={item} queue={queue} />
        </li>
      ))}
    </ul>
  )
}

function UploadRow({ item, queue }: { readonly item: UploadItem; readonly queue: UploadQueue }) {
  const words = useWords().files
  const format = useSizeFormat()
  const { id, name, size, state, progress, error, previewUrl } = item
  const about =
    state === 'failed'
      ? words.failed(error?.message ?? '')
      : state === 'waiting'
        ? words.waiting
        : state === 'sending'
          ? words.uploading(format.percent(progress))
          : format.bytes(size)
  return (
    <>
      <span className="upload-picture">
        {previewUrl === undefined ? <Icon name="file" /> : <img src={previewUrl} alt="" />}
      </span>
      <span className="grow">
        <span className="one-line" dir="auto">
          {name}
        </span>
        <span className="soft one-line" role={state === 'failed' ? 'alert' : undefined}>
          {about}
        </span>
        {state === 'sending' && (
          <progress value={progress} max={1} aria-label={name}>
            {format.percent(progress)}
          </progress>
        )}
      </span>
      {state === 'failed' && (
        <IconButton icon="retry" label={words.retry(name)} onClick={() => queue.retry(id)} />
      )}
      <IconButton icon="close" label={words.remove(name)} onClick={() => queue.cancel(id)} />
    </>
  )
}
