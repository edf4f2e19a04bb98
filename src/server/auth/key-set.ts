import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { httpAddress } from '../../protocol/http-address.ts'
import { TokenBuckets } from '../limits/token-buckets.ts'

const FETCH_TIMEOUT_MS = 5_000

/** The largest set that is read, in bytes. */
const MAX_SET_BYTES = 1024 * 1024

/** How long a set is good for: a key that was withdrawn is not accepted for longer. */
const MAX_AGE_MS = 10 * 60 * 1000

/** Fetches in the long run, and at once: forged tokens cause no more, and neither do failures. */
const FETCHES_PER_SECOND = 0.1
const FETCHES_AT_ONCE = 5

/** The keys of a set could not be fetched, or not anew yet: no fault of the token. */
export class KeysUnavailable extends Error {}

type LocalKeys = ReturnType<typeof createLocalJWKSet>

interface FetchedKeys {
  readonly find: LocalKeys
  readonly kids: ReadonlySet<unknown>
  /** When the fetch began. */
  readonly askedAtMs: number
}

export interface KeySetOptions {
  /** Fetches the set; throws where it cannot. */
  readonly fetchKeys: () => Promise<JSONWebKeySet>
  /** Hears why a set could not be fetched. */
  readonly onFailure: (error: unknown) => void
  /** Milliseconds that never go back; the process's own unless given. */
  readonly nowMs?: () => number
}

/**
 * The keys that an issuer publishes (RFC 7517). A token is refused for a key that nobody knows only
 * when the set was fetched after it came: the key may have been published a second ago. There are so
 * many fetches and no more, whatever comes; past them a token is neither good nor bad for now.
 */
export class KeySet {
  readonly #options: KeySetOptions
  readonly #nowMs: () => number
  readonly #budget = new TokenBuckets<'fetch'>(FETCHES_PER_SECOND, FETCHES_AT_ONCE)
  #keys: FetchedKeys | undefined
  #pending: Promise<FetchedKeys> | undefined

  constructor(options: KeySetOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  /** Finds the key of a token. Throws KeysUnavailable, or jose's error for a token of no key. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const cameAtMs = this.#nowMs()
    const isFresh = this.#keys !== undefined && cameAtMs - this.#keys.askedAtMs < MAX_AGE_MS
    const keys = isFresh ? this.#keys! : await this.#fetch()
    try {
      return await keys.find(header, token)
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey && !keys.kids.has(header.kid)
      if (!isUnknown || keys.askedAtMs >= cameAtMs) throw error
      const newer = await this.#fetchFor(header.kid, cameAtMs)
      return await newer.find(header, token)
    }
  }

  /** A set that has a key, or was asked for at a time or later. */
  async #fetchFor(kid: unknown, timeMs: number): Promise<FetchedKeys> {
    const keys = await this.#fetch()
    return keys.kids.has(kid) || keys.askedAtMs >= timeMs ? keys : this.#fetch()
  }

  /** Fetches the set, once for all who wait for it. */
  #fetch(): Promise<FetchedKeys> {
    if (this.#pending) return this.#pending
    if (this.#budget.take('fetch', this.#nowMs()) > 0)
      return Promise.reject(new KeysUnavailable('the keys were asked for too often'))
    this.#pending = this.#ask().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  async #ask(): Promise<FetchedKeys> {
    const askedAtMs = this.#nowMs()
    try {
      const set = await this.#options.fetchKeys()
      const kids = new Set(set.keys.map(({ kid }) => kid))
      this.#keys = { find: createLocalJWKSet(set), kids, askedAtMs }
      return this.#keys
    } catch (cause) {
      this.#options.onFailure(cause)
      throw new KeysUnavailable('the keys could not be fetched', { cause })
    }
  }
}

/** Fetches a set of keys; throws where there is none at the URL. */
export async function fetchKeySet(url: string): Promise<JSONWebKeySet> {
  // What userinfo says goes as a header: fetch refuses it in a URL, and its error shows the password.
  const { authorization } = httpAddress(url)
  const address = new URL(url)
  address.username = ''
  address.password = ''
  const accept = 'application/jwk-set+json, application/json'
  const response = await fetch(address, {
    headers: authorization === undefined ? { accept } : { accept, authorization },
    // Who may sign is said by this address and no other.
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`answered with status ${response.status}`)
  }
  const set = JSON.parse(await readText(response)) as JSONWebKeySet
  // Throws for what is no set.
  createLocalJWKSet(set)
  return set
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_SET_BYTES) throw new Error(`answered with more than ${MAX_SET_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
