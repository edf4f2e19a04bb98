import type { ChatData } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import { expandHome } from './commands/local-file.ts'
import type { CompletionSources } from './editor/completion.ts'
import { completePath } from './editor/path-completion.ts'
import type { Env } from './screen/theme.ts'
import type { ScreenState } from './screen-state.ts'

/** What Tab completes words to, in the chat that is shown. */
export function knownWords(data: ChatData, state: ScreenState, env: Env): CompletionSources {
  return {
    userIds: () => data.peopleIn(state.chat),
    nameOf: (userId) => data.conversation.displayName(userId),
    chatLabels: () => data.chats().map(({ chat }) => chatLabel(chat).replace(/^#/, '')),
    paths: (begun) => completePath(begun, (path) => expandHome(path, env)),
  }
}
