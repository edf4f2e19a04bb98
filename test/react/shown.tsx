import { Text } from 'ink'
import { render } from 'ink-testing-library'
import { StrictMode } from 'react'
import { ChatwsProvider } from '../../src/react/chatws-provider.tsx'
import { createChat } from '../../src/react/create-chat.ts'
import { createScriptedClient } from '../client/scripted-client.ts'
import { until } from '../support/until.ts'

/** A chat of user 1 whose server is the test. */
export function scriptedChat() {
  const server = createScriptedClient()
  return { ...server, open: server.open, chat: createChat({ client: server.client }) }
}

export type ScriptedChat = ReturnType<typeof scriptedChat>

/** What a hook returned each time that it was rendered, the newest last. */
export interface Shown<Value> {
  readonly renders: readonly Value[]
  readonly now: Value
  /** Waits until what it returns is as wanted. */
  until(isSo: (value: Value) => boolean, what: string): Promise<void>
  unmount(): void
}

/** Renders a component that uses one hook, and reads of what it returns what `read` reads. */
export function showHook<Value>(
  { chat }: ScriptedChat,
  useHook: () => Value,
  { isStrict = false } = {},
): Shown<Value> {
  const renders: Value[] = []
  function Component() {
    renders.push(useHook())
    return <Text>{renders.length}</Text>
  }
  const tree = (
    <ChatwsProvider chat={chat} connect={false}>
      <Component />
    </ChatwsProvider>
  )
  const { unmount } = render(isStrict ? <StrictMode>{tree}</StrictMode> : tree)
  return {
    renders,
    get now() {
      return renders.at(-1)!
    },
    until: (isSo, what) => until(() => renders.length > 0 && isSo(renders.at(-1)!), what),
    unmount,
  }
}

/** Lets everything happen that is due: microtasks, and what React has put off. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
