import { Box, Static, Text } from 'ink'

interface ReaderAppProps {
  /** All lines so far, oldest first; each is read out once. */
  readonly lines: readonly string[]
  /** Where what is typed goes. */
  readonly chat: string
  readonly text: string
}

/** The screen for people who hear it: lines as they come, then what is being typed. */
export function ReaderApp({ lines, chat, text }: ReaderAppProps) {
  return (
    <Box flexDirection="column">
      <Static items={[...lines]}>
        {(line, index) => (
          <Box key={index}>
            <Text>{line}</Text>
          </Box>
        )}
      </Static>
      <Box aria-role="textbox">
        <Text aria-label={`Message to ${chat}: ${text}`}>{`${chat}> ${text}`}</Text>
      </Box>
    </Box>
  )
}
