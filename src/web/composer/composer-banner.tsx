import { useClient, useDisplayName } from '../../react/react.ts'
import { useReadable } from '../../react/use-readable.ts'
import type { Composer } from '../../view/composer.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'
import { IconButton } from '../parts/icon-button.tsx'

/** What is being answered or changed, above the field. */
export function ComposerBanner({ composer }: { readonly composer: Composer }) {
  const words = useWords()
  const { replyTo, editing } = useReadable(composer)
  const { userId } = useClient()
  const message = editing ?? replyTo
  const name = useDisplayName(message?.sender_id ?? userId)
  if (!message) return null
  return (
    <div className="composer-banner">
      <Icon name={editing ? 'edit' : 'reply'} />
      <div className="grow">
        <div className="reply-name one-line" dir="auto">
          {editing ? words.composer.editing : words.composer.replying(name)}
        </div>
        <div className="one-line soft" dir="auto">
          {previewOf(message, words)}
        </div>
      </div>
      <IconButton icon="close" label={words.composer.cancel} onClick={composer.cancel} />
    </div>
  )
}
