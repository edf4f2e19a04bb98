import { Box, Text } from 'ink'
import type { ConnectionStatus } from '../client/chat-client.ts'
import { describeConnection } from './connection-text.ts'
import { sanitizeLine } from './sanitize.ts'

interface StatusBarProps {
  readonly status: ConnectionStatus
  readonly remainingMs: number
  readonly onlineCount: number
  readonly isScrolled: boolean
  readonly columns: number
}

/** One row: how the connection stands, how many users are online, and whether newer lines hide. */
export function StatusBar(props: StatusBarProps) {
  const parts = [
    describeConnection(props.status, props.remainingMs),
    // While there is no connection, nobody knows.
    ...(props.status.state === 'open' ? [`${props.onlineCount} online`] : []),
    ...(props.isScrolled ? ['PgDn: newer messages'] : []),
  ]
  return (
    <Box width={props.columns} height={1} flexShrink={0}>
      <Text inverse wrap="truncate">
        {sanitizeLine(` ${parts.join(' | ')}`).padEnd(props.columns)}
      </Text>
    </Box>
  )
}
