import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useFileAddress } from '../app/file-source.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import type { AttachedFile } from './attached-files.ts'

interface LightboxProps {
  readonly images: readonly AttachedFile[]
  /** The one that is shown first. */
  readonly start: number
  readonly onClose: () => void
}

/** Pictures over the whole page, one after the other. */
export function Lightbox({ images, start, onClose }: LightboxProps) {
  const words = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const [at, setAt] = useState(start)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const move = (step: number) => setAt((now) => (now + step + images.length) % images.length)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') move(-1)
    else if (event.key === 'ArrowRight') move(1)
  }
  const image = images[at]!
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={words.files.viewer}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <FullPicture key={image.path} file={image} />
      <div className="lightbox-bar">
        {images.length > 1 && (
          <>
            <IconButton icon="back" label={words.files.previous} onClick={() => move(-1)} />
            <span role="status">{words.files.position(at + 1, images.length)}</span>
            <IconButton icon="forward" label={words.files.next} onClick={() => move(1)} />
          </>
        )}
        <IconButton icon="close" label={words.app.close} onClick={onClose} />
      </div>
    </dialog>
  )
}

function FullPicture({ file }: { readonly file: AttachedFile }) {
  const words = useWords().files
  const address = useFileAddress(file.path)
  return <img src={address === 'failed' ? undefined : address} alt={words.image} />
}
