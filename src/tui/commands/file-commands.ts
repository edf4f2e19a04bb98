import { filesIn } from '../../view/files-in.ts'
import { createMessage } from '../lines/outgoing-message.ts'
import { mark } from '../pane/marked-text.ts'
import { sanitizeLine } from '../sanitize.ts'
import { chooseMessage } from './choose-message.ts'
import type { CommandContext, CommandRuns, Run } from './command-context.ts'
import { openLocalFile } from './local-file.ts'
import { openUrl } from './open-url.ts'

/** What sends files and opens them. */
export function fileCommands(context: CommandContext): Pick<CommandRuns, 'upload' | 'open'> {
  return {
    upload: ({ text }: Run) => upload(context, text),
    open: (run: Run) => open(context, run),
  }
}

/** Gives the server a file, then sends a message with it to the chat that was shown at first. */
async function upload(context: CommandContext, path: string): Promise<void> {
  const { client, data, state, env, changed } = context
  const { chat, target } = state
  const { name, content } = await openLocalFile(path, env)
  const progress = { name, sentBytes: 0, sizeBytes: content.size }
  state.uploads.add(progress)
  state.target = undefined
  changed()
  try {
    const file = await client.upload(content, name, {
      onProgress: (sentBytes) => {
        progress.sentBytes = sentBytes
        changed()
      },
    })
    const message = createMessage(chat, client.userId, name)
    if (target?.type === 'reply') message.reply_to = target.id
    const sent = data.send({ ...message, file_type: file.file_type, file_paths: file.path })
    state.uploads.delete(progress)
    await sent
  } catch (error) {
    // What a closed client gives up is told as one, when it has ended.
    if (client.status.state === 'closed') return
    throw new Error(`${name} was not sent: ${(error as Error).message}`, { cause: error })
  } finally {
    state.uploads.delete(progress)
  }
}

/** Opens the file of a message; of several, the one that is chosen. */
async function open(context: CommandContext, { id }: Run): Promise<void> {
  const { state, notify } = context
  const message = chooseMessage(context, id, (one) => one.file_paths !== undefined)
  if (message.file_paths === undefined) throw new Error(`message ${message.id} has no file`)
  const paths = filesIn(message).map(({ path }) => path)
  if (paths.length === 1) {
    await openPath(context, paths[0]!)
    return
  }
  state.overlay = {
    title: `Files of message ${message.id} (${paths.length})`,
    lines: paths.map((path, index) => `${mark('dim', `${index + 1}`)} ${sanitizeLine(path)}`),
    top: 0,
    chosen: 0,
    onChoose: (index) => {
      openPath(context, paths[index]!).catch((error: Error) => notify(`/open: ${error.message}`))
    },
  }
}

/** Opens a file that the server keeps, or a web address. */
async function openPath({ client, env, notify }: CommandContext, path: string): Promise<void> {
  const url = client.fileUrl(path) ?? path
  const opened = openUrl(url, env)
  notify(`opening ${url} …`)
  await opened
  notify(`opened ${url}`)
}
