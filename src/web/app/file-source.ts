import { useEffect, useState } from 'react'
import { serverUrl } from './base-url.ts'
import { useConfig, useSession } from './config-context.ts'
import type { ServerConfig } from './server-config.ts'
import type { Session } from './session.ts'

/** So many files are kept at hand. */
const MAX_KEPT = 200

/**
 * Gives files of the server an address that an image can have. Where only some may see a file it is fetched
 * with what says who asks, which an image cannot say.
 */
class FileSource {
  readonly #session: Session
  readonly #isPublic: boolean
  /** Path → the address; the file seen last stands last. */
  readonly #addresses = new Map<string, Promise<string>>()

  constructor(session: Session, { access }: Pick<ServerConfig, 'access'>) {
    this.#session = session
    this.#isPublic = access === 'open'
  }

  /** The address of a file that everyone may have; undefined for others. */
  publicAddress(path: string): string | undefined {
    return this.#isPublic ? serverUrl(path) : undefined
  }

  /** The address of a file. Rejects where the user may not have it. */
  address(path: string): Promise<string> {
    if (this.#isPublic) return Promise.resolve(serverUrl(path))
    const known = this.#addresses.get(path)
    const address = known ?? this.#fetch(path)
    this.#addresses.delete(path)
    this.#addresses.set(path, address)
    if (!known) this.#dropOldest()
    return address
  }

  async #fetch(path: string): Promise<string> {
    const { userId, token } = this.#session
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`${serverUrl(path)}?userId=${userId}`, { headers })
    if (!answer.ok) {
      this.#addresses.delete(path)
      throw new Error(`The server answers with ${answer.status}`)
    }
    return URL.createObjectURL(await answer.blob())
  }

  #dropOldest(): void {
    if (this.#addresses.size <= MAX_KEPT) return
    const [path, address] = this.#addresses.entries().next().value!
    this.#addresses.delete(path)
    address.then(URL.revokeObjectURL, () => {})
  }
}

/** The files of each session, as long as it lasts. */
const sources = new WeakMap<Session, FileSource>()

function useFileSource(): FileSource {
  const session = useSession()
  const config = useConfig()
  let source = sources.get(session)
  if (!source) {
    source = new FileSource(session, config)
    sources.set(session, source)
  }
  return source
}

/** The address of a file, once it is there; `failed` where there will be none. */
export function useFileAddress(path: string): string | 'failed' | undefined {
  const source = useFileSource()
  const [fetched, setFetched] = useState<{ path: string; address: string }>()
  const address = source.publicAddress(path)
  useEffect(() => {
    if (address !== undefined) return undefined
    let isWanted = true
    const set = (address: string) => isWanted && setFetched({ path, address })
    source.address(path).then(set, () => set('failed'))
    return () => {
      isWanted = false
    }
  }, [address, path, source])
  return address ?? (fetched?.path === path ? fetched.address : undefined)
}
