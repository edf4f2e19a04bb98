import { lazy, Suspense, useState } from 'react'
import type { ShownMessage } from '../../react/react.ts'
import { useFileAddress } from '../app/file-source.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { type AttachedFile, attachedFiles, foreignFiles } from './attached-files.ts'

const Lightbox = lazy(async () => ({ default: (await import('./lightbox.tsx')).Lightbox }))

/** The files of a message: pictures to look at, others to open. */
export function Attachments({ message }: { readonly message: ShownMessage }) {
  const words = useWords().files
  const [shown, setShown] = useState<number>()
  const files = attachedFiles(message)
  const images = files.filter(({ isImage }) => isImage)
  const foreign = foreignFiles(message)
  return (
    <div className="attachments" data-count={images.length > 1 ? 'many' : undefined}>
      {images.map((file, i) => (
        <button
          key={file.path}
          type="button"
          className="image-button"
          aria-label={words.openImage}
          onClick={() => setShown(i)}
        >
          <Picture file={file} />
        </button>
      ))}
      {files
        .filter(({ isImage }) => !isImage)
        .map((file) => (
          <FileLink key={file.path} file={file} />
        ))}
      {foreign !== undefined && (
        <span className="file-link soft" dir="auto">
          <Icon name="file" />
          <span>{foreign}</span>
        </span>
      )}
      {shown !== undefined && (
        <Suspense>
          <Lightbox images={images} start={shown} onClose={() => setShown(undefined)} />
        </Suspense>
      )}
    </div>
  )
}

/** A picture of a height that is known before it is here, so that nothing moves when it comes. */
function Picture({ file }: { readonly file: AttachedFile }) {
  const words = useWords().files
  const address = useFileAddress(file.path)
  if (address === 'failed')
    return (
      <span className="image-missing">
        <Icon name="warning" />
        {words.image}
      </span>
    )
  return <img src={address} alt={words.image} decoding="async" draggable={false} />
}

function FileLink({ file }: { readonly file: AttachedFile }) {
  const words = useWords().files
  const address = useFileAddress(file.path)
  const name = file.path.slice(file.path.lastIndexOf('/') + 1)
  const kind = file.type.slice(file.type.lastIndexOf('/') + 1).toUpperCase()
  return (
    <a
      className="file-link"
      href={address === 'failed' ? undefined : address}
      download={name}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={words.download(name)}
    >
      <Icon name="file" />
      <span className="one-line">{name}</span>
      <span className="soft">{kind}</span>
    </a>
  )
}
