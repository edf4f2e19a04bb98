import { Generator } from './generator.mjs'
import { startServer } from './server-process.mjs'

/** Starts a fresh server and a generator aimed at it; the caller closes the session. */
export async function openSession(name, program, { contentBytes, chats, folder } = {}) {
  const server = await startServer(name, folder)
  const generator = new Generator(program, server, { contentBytes, chats })
  const close = async () => {
    await generator.stop()
    await server.stop()
  }
  return { server, generator, close }
}

/** Runs `work` with a session that is closed in any case. */
export async function withSession(name, program, work, options) {
  const session = await openSession(name, program, options)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
