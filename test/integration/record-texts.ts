import type { WireClient } from '../support/wire-client.ts'

/** Keeps the text of every frame that a client gets from now on, as it was sent. */
export function recordTexts(client: WireClient): string[] {
  const texts: string[] = []
  client.socket.on('message', (data) => texts.push(String(data)))
  return texts
}
