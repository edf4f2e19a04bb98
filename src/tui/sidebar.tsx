import { Box, Text } from 'ink'
import { memo } from 'react'

interface SidebarProps {
  readonly userId: number
  /** Ascending. */
  readonly online: readonly number[]
  readonly columns: number
  readonly rows: number
}

/** The users online, this client's own first; what does not fit is counted in the last row. */
export const Sidebar = memo(function Sidebar({ userId, online, columns, rows }: SidebarProps) {
  const width = columns - 2
  const lines = sidebarLines(userId, online, rows).map(
    (line) => `${line.slice(0, width).padEnd(width)} │`,
  )
  return (
    <Box width={columns} height={rows} flexShrink={0}>
      <Text wrap="truncate">{lines.join('\n')}</Text>
    </Box>
  )
})

function sidebarLines(userId: number, online: readonly number[], rows: number): string[] {
  const lines = [`Online (${online.length})`]
  if (online.includes(userId)) lines.push(`${userId} (you)`)
  for (const id of online) {
    if (lines.length > rows) break
    if (id !== userId) lines.push(String(id))
  }
  if (lines.length > rows) {
    lines.length = rows
    // The heading and this row name no user.
    if (rows > 1) lines[rows - 1] = `+ ${online.length - (rows - 2)} more`
  }
  while (lines.length < rows) lines.push('')
  return lines
}
