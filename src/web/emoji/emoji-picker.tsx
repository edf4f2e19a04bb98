import { type EmojiData, type EmojiDataResolver, EmojiPicker as Picker } from 'frimousse'
import { type Language, useLanguage, useWords } from '../i18n/words.ts'
import { loadEmojiTable } from './emoji-table.ts'

interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void
}

/** All emoji, with a field to find one. */
export function EmojiPicker({ onPick }: EmojiPickerProps) {
  const words = useWords().emoji
  const { language } = useLanguage()
  return (
    <Picker.Root
      className="emoji-picker"
      columns={8}
      locale={language}
      resolveEmojiData={readEmojiData}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <Picker.Search
        className="input"
        autoFocus
        placeholder={words.search}
        aria-label={words.search}
      />
      <Picker.Viewport className="emoji-viewport">
        <Picker.Loading className="soft padded">{words.loading}</Picker.Loading>
        <Picker.Empty className="soft padded">{words.none}</Picker.Empty>
        <Picker.List
          components={{
            CategoryHeader: ({ category, ...props }) => (
              <div className="emoji-category" {...props}>
                {category.label}
              </div>
            ),
            Emoji: ({ emoji, ...props }) => (
              <button type="button" className="emoji-choice" {...props}>
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Picker.Viewport>
    </Picker.Root>
  )
}

/** Gives the picker what the build has made: it would ask another server otherwise. */
const readEmojiData: EmojiDataResolver = async (locale): Promise<EmojiData> => {
  const { rows, groups, skinTones } = await loadEmojiTable(locale as Language)
  return {
    locale,
    emojis: rows.map(([emoji, label, category, version, tags, codes]) => ({
      emoji,
      label,
      category,
      version,
      tags: `${tags} ${codes}`.split(' '),
    })),
    categories: groups.map(([index, label]) => ({ index, label })),
    skinTones,
  } as EmojiData
}
