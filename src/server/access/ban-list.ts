import { CloseCode } from '../../protocol/close-code.ts'
import type { AccessRecords, Ban } from '../../storage/access-records.ts'
import type { LogEntry } from '../../storage/entries.ts'
import { eachPage } from './each-page.ts'

/** Bytes that the reason of a close may have. */
const MAX_REASON_BYTES = 123

/** Whom a token names, as far as a ban is concerned. */
export interface Banable {
  readonly userId: number
  /** When the token was issued, in milliseconds since 1970; undefined where there is none or it does not say. */
  readonly issuedAtMs?: number | undefined
}

/** Who is kept out of the server. All of it is in memory, so that letting someone in asks nobody. */
export class BanList {
  readonly #bans = new Map<number, Ban>()
  #onBan: (userId: number, code: CloseCode) => void = () => {}

  /** @param onBan hears of each new ban: the user's connections are to be closed */
  listen(onBan: (userId: number, code: CloseCode) => void): void {
    this.#onBan = onBan
  }

  /** Reads what is stored. Throws STORAGE_UNAVAILABLE. */
  async load(records: Pick<AccessRecords, 'bans'>): Promise<void> {
    const pages = eachPage(
      (page) => records.bans(page),
      ({ userId }) => userId,
    )
    for await (const bans of pages) for (const ban of bans) this.#bans.set(ban.userId, ban)
  }

  /** Why someone is not let in; undefined for who is not banned. */
  refusalOf({ userId, issuedAtMs }: Banable): CloseCode | undefined {
    const ban = this.#bans.get(userId)
    if (!ban) return undefined
    if (ban.until === null || Date.parse(ban.until) > Date.now()) return closeOf(ban)
    // A ban that has ended leaves its mark on tokens from before it: they may be in other hands.
    const isOld = issuedAtMs !== undefined && issuedAtMs < Date.parse(ban.at)
    return isOld ? CloseCode.tokenInvalid : undefined
  }

  /** Learns of a ban, or of its end, right before the entry counts as told. */
  apply(entry: LogEntry): void {
    if (entry.type !== 'ban') return
    const { id: userId, isLifted, until, reason, createdAt: at } = entry
    if (isLifted) {
      this.#bans.delete(userId)
      return
    }
    const ban = { userId, until, reason, at }
    this.#bans.set(userId, ban)
    if (until === null || Date.parse(until) > Date.now()) this.#onBan(userId, closeOf(ban))
  }
}

function closeOf({ until, reason }: Ban): CloseCode {
  const { code } = CloseCode.kicked
  let text = until === null ? 'Banned' : `Banned until ${until}`
  if (reason !== undefined) text += `: ${reason}`
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = [...text].slice(0, -1).join('')
  return { code, reason: text }
}
