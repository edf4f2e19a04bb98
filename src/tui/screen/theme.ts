import type { ToneStyles } from '../pane/marked-text.ts'

/** The environment. */
export type Env = Readonly<Record<string, string | undefined>>

/** Colours by their names in ink, for the parts of the screen around the messages. */
interface ChromeColours {
  readonly accent?: string
  readonly good?: string
  readonly warning?: string
}

/** How everything looks. Nothing is told by colour alone: a theme without any misses nothing. */
export interface Theme {
  readonly tones: ToneStyles
  readonly chrome: ChromeColours
}

const WITHOUT_COLOUR: ToneStyles = {
  plain: '',
  bold: '1',
  dim: '2',
  own: '1',
  mention: '1;7',
  notice: '2',
  marker: '1',
  selected: '1',
  match: '7',
  ...{ sender0: '', sender1: '', sender2: '', sender3: '', sender4: '', sender5: '' },
}

/** The theme names of `--theme`. */
export const THEME_NAMES = ['auto', 'dark', 'light', 'none'] as const
export type ThemeName = (typeof THEME_NAMES)[number]

export function isThemeName(name: string): name is ThemeName {
  return (THEME_NAMES as readonly string[]).includes(name)
}

const THEMES: Readonly<Record<Exclude<ThemeName, 'auto'>, Theme>> = {
  dark: {
    tones: {
      ...WITHOUT_COLOUR,
      ...{ dim: '90', own: '1;32', mention: '1;30;43', notice: '90', marker: '31', match: '30;43' },
      ...{ selected: '1;36', sender0: '36', sender1: '33', sender2: '35', sender3: '94' },
      ...{ sender4: '92', sender5: '95' },
    },
    chrome: { accent: 'cyan', good: 'green', warning: 'yellow' },
  },
  light: {
    tones: {
      ...WITHOUT_COLOUR,
      ...{ dim: '90', own: '1;32', mention: '1;37;41', notice: '90', marker: '31', match: '37;44' },
      ...{ selected: '1;34', sender0: '34', sender1: '31', sender2: '35', sender3: '36' },
      ...{ sender4: '32', sender5: '1;34' },
    },
    chrome: { accent: 'blue', good: 'green', warning: 'red' },
  },
  none: { tones: WITHOUT_COLOUR, chrome: {} },
}

/**
 * The theme of a name. `auto` asks COLORFGBG, which some terminals set, for a light background;
 * where NO_COLOR is set (https://no-color.org) it has no colour.
 */
export function resolveTheme(name: ThemeName, env: Env): Theme {
  if (name !== 'auto') return THEMES[name]
  if (env.NO_COLOR) return THEMES.none
  const background = Number(env.COLORFGBG?.split(';').at(-1) || Number.NaN)
  return background === 7 || background === 15 ? THEMES.light : THEMES.dark
}
