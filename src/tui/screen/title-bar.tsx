import { Text } from 'ink'

export interface TitleBarProps {
  readonly text: string
  readonly columns: number
}

/** The first row: where one is, and as whom. */
export function TitleBar({ text, columns }: TitleBarProps) {
  return (
    <Text inverse wrap="truncate">
      {` ${text}`.slice(0, columns).padEnd(columns)}
    </Text>
  )
}
