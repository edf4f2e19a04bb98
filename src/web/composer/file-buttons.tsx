import { useRef } from 'react'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'

interface FileButtonsProps {
  /** The media types that the server takes. */
  readonly types: readonly string[]
  readonly onFiles: (files: readonly File[]) => void
}

/** Chooses files, or takes a picture where there is a camera at hand. */
export function FileButtons({ types, onFiles }: FileButtonsProps) {
  const words = useWords().composer
  const picker = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => {
    onFiles(Array.from(input.files ?? []))
    // The same file can be chosen again.
    input.value = ''
  }
  return (
    <>
      <IconButton icon="attach" label={words.attach} onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={types.join(',')}
        aria-label={words.attach}
        onChange={(event) => take(event.currentTarget)}
      />
      <IconButton
        className="only-touch"
        icon="camera"
        label={words.camera}
        onClick={() => camera.current?.click()}
      />
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        aria-label={words.camera}
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  )
}
