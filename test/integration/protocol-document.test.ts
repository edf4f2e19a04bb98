import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import { FRAME_ERROR_CODES, HTTP_ERROR_CODES } from '../../src/protocol/error.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { type Example, readExamples } from './document-examples.ts'
import { ExampleValues } from './example-values.ts'

/** Name of a document → the server that its examples are played on, and what they cannot show. */
const DOCUMENTS = {
  protocol: { options: { agents: [789] }, elsewhere: ['AUTH', 'OFFSET', 'ANNOUNCEMENT'] },
  members: { options: { access: 'members' }, elsewhere: [] },
} as const

const readDocument = (name: string) =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')

let server: TestServer | undefined
const open: WireClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
  await server?.close()
})

/** A user of the document: the newest connection, and how much of what it got was shown. */
interface Party {
  readonly client: WireClient
  shown: number
}

/** Plays the examples of a document on a server, one after the other. */
class Player {
  readonly #url: string
  readonly #values = new ExampleValues()
  readonly #parties = new Map<number, Party>()

  /** @param url of the server */
  constructor(url: string) {
    this.#url = url
  }

  async play(example: Example): Promise<void> {
    if (example.type === 'elsewhere') return
    if (example.type === 'connect') {
      await this.#connect(new URL(example.url))
      return
    }
    if (example.type === 'leave') {
      const left = this.#parties.get(example.userId)
      this.#parties.delete(example.userId)
      await left?.client.close()
      return
    }
    const party =
      this.#parties.get(example.userId) ??
      (await this.#connect(new URL(`ws://localhost?userId=${example.userId}`)))
    for (const frame of example.frames)
      if (example.type === 'sent') party.client.send(this.#values.toReal(frame) as object)
      else await this.#awaitFrame(party, frame)
  }

  async #connect(documented: URL): Promise<Party> {
    const query = Object.fromEntries(documented.searchParams)
    if (query.since) {
      // Whoever resumes has lost the connection before.
      await this.#parties.get(Number(query.userId))?.client.close()
      const { since, epoch } = this.#values.toReal({ ...query, since: Number(query.since) }) as {
        since: number
        epoch: string
      }
      Object.assign(query, { since: String(since), epoch })
    }
    const client = new WireClient(`${this.#url}?${new URLSearchParams(query)}`)
    open.push(client)
    const party = { client, shown: 0 }
    this.#parties.set(Number(query.userId), party)
    await client.next('CONNECTION_ESTABLISHED')
    return party
  }

  /** Waits for a documented frame among those that were not shown yet. */
  async #awaitFrame(party: Party, documented: Record<string, unknown>): Promise<void> {
    const isNext = (frame: object, i: number) =>
      i >= party.shown && this.#values.matches(documented, frame)
    let found = -1
    const isThere = () => {
      found = party.client.frames.findIndex(isNext)
      return found >= 0
    }
    await until(isThere, 'it', 3_000).catch(() => {
      const got = party.client.frames.slice(party.shown)
      throw new Error(`${JSON.stringify(documented)} was not among ${JSON.stringify(got)}`)
    })
    party.shown = found + 1
  }
}

test.each(Object.entries(DOCUMENTS))(
  'every example of %s.md is what a server takes and sends',
  async (name, { options, elsewhere }) => {
    server = await startServer(options)
    const player = new Player(server.url)
    const examples = readExamples(readDocument(name))
    for (const example of examples) {
      try {
        await player.play(example)
      } catch (error) {
        throw new Error(`docs/${name}.md:${example.line}: ${(error as Error).message}`)
      }
    }
    const framesOf = (kind: Example['type']) =>
      examples.flatMap((one) => (one.type === kind && 'frames' in one ? one.frames : []))
    // What was refused without a word of the document is an example that does not work.
    const errors = open.flatMap((client) => client.all('ERROR'))
    expect(errors).toHaveLength(framesOf('got').filter(({ type }) => type === 'ERROR').length)
    expect(framesOf('elsewhere').map(({ type }) => type)).toEqual(elsewhere)
  },
)

test('every frame that a client may send has an example', () => {
  const examples = Object.keys(DOCUMENTS).flatMap((name) => readExamples(readDocument(name)))
  const sent = examples.flatMap((one) => (one.type === 'sent' ? one.frames : []))
  const types = new Set(sent.map(({ type }) => type))
  expect(Object.keys(CLIENT_FRAMES).filter((type) => !types.has(type))).toEqual([])
})

test('every error code is told once', () => {
  const document = readDocument('protocol')
  const rows = [...document.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code!)
  expect(rows.toSorted()).toEqual(FRAME_ERROR_CODES.toSorted())
  const overHttp = document.slice(
    document.indexOf('## Over HTTP'),
    document.indexOf('## Guarantees'),
  )
  const codes = [...overHttp.matchAll(/`([A-Z_]+)`\s\(/g)].map(([, code]) => code!)
  expect(codes.toSorted()).toEqual(HTTP_ERROR_CODES.toSorted())
})

test('an example that nobody sends or gets is found', () => {
  expect(() => readExamples('```json\n{"type":"PING","t":1}\n```')).toThrow('line 1')
})

test('documented values stand for one real value each', () => {
  const values = new ExampleValues()
  expect(values.matches({ id: 7, offset: 42 }, { id: 1, offset: 3 })).toBe(true)
  expect(values.matches({ reply_to: 7 }, { reply_to: 1 })).toBe(true)
  expect(values.matches({ reply_to: 7 }, { reply_to: 2 })).toBe(false)
  expect(values.matches({ chat_id: 7 }, { chat_id: 1 })).toBe(false)
  expect(values.matches({ id: 7, more: 1 }, { id: 1 })).toBe(false)
  expect(values.matches({ message: 'a … b' }, { message: 'a long b' })).toBe(true)
  expect(values.matches({ message: 'a … b' }, { message: 'a long c' })).toBe(false)
  expect(values.toReal({ type: 'SEARCH', before: 42 })).toEqual({ type: 'SEARCH', before: 3 })
  expect(values.toReal({ type: 'HISTORY', before: 7 })).toEqual({ type: 'HISTORY', before: 1 })
})
