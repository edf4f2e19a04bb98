import { createConnection } from 'node:net'

/** Set by CI: a service that is not there fails its tests instead of skipping them. */
const required = process.env.CHATWS_REQUIRE_SERVICES === '1'

/** The PostgreSQL server that tests may create databases in; empty where they may in none. */
export const POSTGRESQL_URL =
  process.env.CHATWS_TEST_POSTGRESQL_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

/**
 * Why tests of a service must be skipped, or undefined when they can run. Where services are
 * required it is always undefined, so that the tests run and fail, unless they are not wanted.
 */
export async function whySkipped(name: string, url: string): Promise<string | undefined> {
  if (url === '') return `no tests of ${name} are wanted`
  if (required || (await answers(url))) return undefined
  return `no ${name} answers at ${new URL(url).host}`
}

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) })
    socket.setTimeout(2_000, () => socket.destroy(new Error('timeout')))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
