import { Box, Text } from 'ink'
import stringWidth from 'string-width'
import { fitColumns } from '../columns.ts'
import { sanitizeLine } from '../sanitize.ts'
import type { Theme } from './theme.ts'

export interface TitleBarProps {
  readonly text: string
  readonly columns: number
}

/** The first row: where one is, and as whom. */
export function TitleBar({ text, columns }: TitleBarProps) {
  return (
    <Text inverse wrap="truncate">
      {fitColumns(` ${text}`, columns)}
    </Text>
  )
}

export interface BottomBarsProps {
  /** Who types, or what a key would do; undefined where there is no room for it. */
  readonly hints: string | undefined
  /** How many messages are below what is shown. */
  readonly belowCount: number
  /** Undefined where there is no room for it. */
  readonly status: string | undefined
  /** Whether something is amiss: the status is marked with `!` and the theme's warning. */
  readonly isWarning: boolean
  readonly columns: number
  readonly theme: Theme
}

/** The rows between the messages and the text being typed: hints, and status. */
export function BottomBars({
  hints,
  belowCount,
  status,
  isWarning,
  columns,
  theme,
}: BottomBarsProps) {
  const below = belowCount > 0 ? ` ${belowCount} new ↓ ` : ''
  const warning = isWarning && theme.chrome.warning ? { color: theme.chrome.warning } : {}
  return (
    <Box flexDirection="column" width={columns}>
      {hints !== undefined && (
        <Box width={columns} height={1} flexShrink={0} justifyContent="space-between">
          <Box flexShrink={1} height={1}>
            <Text dimColor wrap="truncate">
              {sanitizeLine(` ${hints}`)}
            </Text>
          </Box>
          <Box flexShrink={0}>
            <Text bold inverse={below !== ''}>
              {below}
            </Text>
          </Box>
        </Box>
      )}
      {status !== undefined && (
        <Box width={columns} height={1} flexShrink={0}>
          <Text inverse wrap="truncate" {...warning}>
            {padTo(sanitizeLine(`${isWarning ? '!' : ' '}${status}`), columns)}
          </Text>
        </Box>
      )}
    </Box>
  )
}

function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)))
}
