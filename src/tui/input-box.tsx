import { Box, Text } from 'ink'
import type { InputWindow } from './input-window.ts'

/** Stands before the line being typed. */
export const PROMPT = '> '

interface InputBoxProps {
  readonly window: InputWindow
  readonly columns: number
}

/** The row in which a line is typed; the terminal's own cursor is put into it by the app. */
export function InputBox({ window, columns }: InputBoxProps) {
  return (
    <Box width={columns} height={1} flexShrink={0}>
      <Text wrap="truncate">{PROMPT + window.text}</Text>
    </Box>
  )
}
