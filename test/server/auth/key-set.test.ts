import { type CompactJWSHeaderParameters, errors, type FlattenedJWSInput } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { KeySet, KeysUnavailable } from '../../../src/server/auth/key-set.ts'
import { KEY_PAIRS } from '../../support/tokens.ts'

const jwk = (kid: string) => ({
  ...KEY_PAIRS.RS256.publicKey.export({ format: 'jwk' }),
  ...{ kid, alg: 'RS256' },
})

let published: string[]
let isAway: boolean
let fetches: number
let failures: number
let nowMs: number
let keySet: KeySet
/** Holds fetches back while it is set. */
let gate: Promise<void> | undefined
beforeEach(() => {
  published = ['old']
  isAway = false
  fetches = 0
  failures = 0
  nowMs = 0
  gate = undefined
  keySet = new KeySet({
    fetchKeys: async () => {
      fetches += 1
      const keys = published.map(jwk)
      await gate
      if (isAway) throw new Error('away')
      return { keys } as never
    },
    onFailure: () => void failures++,
    nowMs: () => nowMs++,
  })
})

/** What becomes of a token that names a key. */
async function outcome(kid?: string): Promise<'found' | 'unknown' | 'later'> {
  const header = { alg: 'RS256', ...(kid === undefined ? {} : { kid }) }
  try {
    await keySet.find(header as CompactJWSHeaderParameters, {} as FlattenedJWSInput)
    return 'found'
  } catch (error) {
    if (error instanceof KeysUnavailable) return 'later'
    expect(error).toBeInstanceOf(errors.JWKSNoMatchingKey)
    return 'unknown'
  }
}

describe('a set of keys', () => {
  it('is fetched once for all tokens of its keys', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome('old')))
    expect(new Set(outcomes)).toEqual(new Set(['found']))
    expect(await outcome()).toBe('found')
    expect(fetches).toBe(1)
  })

  it('has a key that was published a moment ago', async () => {
    await outcome('old')
    published.push('new')
    expect(await outcome('new')).toBe('found')
    expect(fetches).toBe(2)
  })

  it('has a key that was published while it was being fetched', async () => {
    await outcome('old')
    let open = () => {}
    gate = new Promise((resolve) => {
      open = resolve
    })
    const before = outcome('forged')
    published.push('new')
    const after = outcome('new')
    open()
    expect(await Promise.all([before, after])).toEqual(['unknown', 'found'])
  })

  it('never refuses for good for a key that it did not look for, however many are forged', async () => {
    await outcome('old')
    for (let i = 0; i < 1_000; i++) expect(await outcome(`forged ${i}`)).not.toBe('found')
    expect(fetches).toBe(5)
    published.push('new')
    expect(await outcome('new')).toBe('later')
    expect(await outcome('old')).toBe('found')
    nowMs += 10_000
    expect(await outcome('new')).toBe('found')
    expect(fetches).toBe(6)
  })

  it('is not fetched for a key that it has, however the token does not fit it', async () => {
    await outcome('old')
    const header = { alg: 'ES256', kid: 'old' } as CompactJWSHeaderParameters
    await expect(keySet.find(header, {} as FlattenedJWSInput)).rejects.toThrow(
      errors.JWKSNoMatchingKey,
    )
    expect(fetches).toBe(1)
  })

  it('that is away is not asked for by every token, and comes back', async () => {
    isAway = true
    for (let i = 0; i < 1_000; i++) expect(await outcome('old')).toBe('later')
    expect([fetches, failures]).toEqual([5, 5])
    isAway = false
    nowMs += 10_000
    expect(await outcome('old')).toBe('found')
  })

  it('that is away still has the keys that it had', async () => {
    await outcome('old')
    isAway = true
    expect(await outcome('new')).toBe('later')
    expect(await outcome('old')).toBe('found')
  })

  it('is fetched anew once it is old, so that a withdrawn key ends', async () => {
    await outcome('old')
    published = ['new']
    expect(await outcome('old')).toBe('found')
    nowMs += 10 * 60_000
    expect(await outcome('old')).toBe('unknown')
  })
})
