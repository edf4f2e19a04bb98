import { Box, Text } from 'ink'
import { memo } from 'react'
import { type PaneEntry, type PaneSize, paneLines, type Scroll } from './pane-view.ts'

interface MessagePaneProps {
  readonly entries: readonly PaneEntry[]
  readonly scroll: Scroll
  readonly size: PaneSize
}

/** The lines of a chat around the scroll position, at the bottom of the pane. */
export const MessagePane = memo(function MessagePane({ entries, scroll, size }: MessagePaneProps) {
  const lines = paneLines(entries, scroll, size)
  // One text for all lines: ink lays it out once, and its width fits already.
  return (
    <Box width={size.columns} height={size.rows} flexShrink={0} alignItems="flex-end">
      <Text>
        {lines.map(({ entry, text }, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
          <Text key={row} dimColor={entry.type !== 'message'}>
            {row === 0 ? text : `\n${text}`}
          </Text>
        ))}
      </Text>
    </Box>
  )
})
