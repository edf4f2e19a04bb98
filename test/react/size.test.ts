import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const SOURCE = new URL('../../src/', import.meta.url).pathname
const CLIENT = `export * from '${SOURCE}client/browser.ts'`

/** Bytes of a module with all that it loads but React, minified and packed. */
async function packedBytes(code: string): Promise<number> {
  const bundle = await rolldown({
    input: 'entry',
    external: /^react/,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : undefined),
        load: (id) => (id === 'entry' ? code : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true, codeSplitting: false })
  await bundle.close()
  return gzipSync(output[0].code, { level: 9 }).length
}

const client = await packedBytes(CLIENT)

/** What hooks and components bring besides the client library. */
async function onTop(names: readonly string[]): Promise<number> {
  const wanted = `export { ${names.join(', ')} } from '${SOURCE}react/react.ts'`
  return (await packedBytes(`${CLIENT}\n${wanted}`)) - client
}

const BEGUN = ['createChat', 'ChatwsProvider', 'useClient']
const CONVERSATION = [
  ...['useConnection', 'useMessages', 'useSend', 'useChats', 'usePresence', 'useTyping'],
  ...['useUser', 'useReceipts', 'useReactions'],
]

describe('on top of the client library', () => {
  it.each([
    ['what shows a conversation', [...BEGUN, ...CONVERSATION]],
    ['a timeline with what is unread', [...BEGUN, 'useTimeline', 'useReadMarker', 'useSend']],
    ['a composer with completion and uploads', [...BEGUN, 'useComposer']],
    ['markup', ['parseMarkup']],
  ])('%s brings at most 6 KB', async (_what, names) => {
    const bytes = await onTop(names)
    expect(bytes).toBeGreaterThan(1_000)
    expect(bytes).toBeLessThan(6_000)
  })

  it('what nobody uses is left out', async () => {
    const [one, all] = [await onTop([...BEGUN, 'useConnection']), await onTop(ALL)]
    expect(one).toBeLessThan(all / 4)
  })
})

const ALL = Object.keys(await import('../../src/react/react.ts'))
