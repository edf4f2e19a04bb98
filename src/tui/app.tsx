import { Box, Text, useCursor } from 'ink'
import { useMemo, useSyncExternalStore } from 'react'
import { chatLabel } from './chat-ref.ts'
import type { ChatState } from './chat-state.ts'
import { InputBox, PROMPT } from './input-box.tsx'
import { windowOf } from './input-window.ts'
import type { Keyboard } from './keyboard.ts'
import { MessagePane } from './message-pane.tsx'
import { layOutScreen, type ScreenSize } from './screen-layout.ts'
import { Sidebar } from './sidebar.tsx'
import { StatusBar } from './status-bar.tsx'
import { useCountdown } from './use-countdown.ts'

interface AppProps {
  readonly state: ChatState
  readonly keyboard: Keyboard
  readonly size: ScreenSize
}

/**
 * The whole screen, one row short of the terminal's height. Every change is subscribed to here:
 * ink hides the cursor in a frame for which `useCursor` did not run.
 */
export function App({ state, keyboard, size }: AppProps) {
  const chat = useSyncExternalStore(state.subscribe, state.getSnapshot)
  const typed = useSyncExternalStore(keyboard.subscribe, keyboard.getSnapshot)
  const remainingMs = useCountdown(chat.retryAtMs, chat.status.state === 'waiting')
  const layout = layOutScreen(size)
  const { columns } = size
  const { pane } = layout
  const entries = useMemo(() => [...chat.entries, ...chat.pending], [chat.entries, chat.pending])
  // One column stays free behind the text, so that no terminal wraps the row.
  const input = windowOf(typed.text, typed.cursor, Math.max(1, columns - PROMPT.length - 1))
  const { setCursorPosition } = useCursor()
  setCursorPosition({ x: PROMPT.length + input.cursorColumn, y: layout.inputRow })
  return (
    <Box flexDirection="column" width={columns}>
      {layout.hasTitle && (
        <Box width={columns} height={1} flexShrink={0}>
          <Text inverse wrap="truncate">
            {` chatws ${chatLabel(chat.chat)} | user ${state.userId}`.padEnd(columns)}
          </Text>
        </Box>
      )}
      {pane.rows > 0 && (
        <Box height={pane.rows} flexShrink={0}>
          {layout.sidebarColumns > 0 && (
            <Sidebar
              userId={state.userId}
              online={chat.online}
              columns={layout.sidebarColumns}
              rows={pane.rows}
            />
          )}
          <MessagePane entries={entries} scroll={typed.scroll} size={pane} />
        </Box>
      )}
      {layout.hasStatus && (
        <StatusBar
          status={chat.status}
          remainingMs={remainingMs}
          onlineCount={chat.online.length}
          isScrolled={typed.scroll !== 'newest'}
          columns={columns}
        />
      )}
      <InputBox window={input} columns={columns} />
    </Box>
  )
}
