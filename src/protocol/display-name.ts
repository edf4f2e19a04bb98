import { lookAlikeKeys } from './look-alikes.ts'

/**
 * What a picture is made of besides its characters, or what is not seen, or turns the text around it:
 * the first is kept (joiners between pictures, selectors and tags behind one), the second is not.
 */
const EMOJI_OR_INVISIBLE =
  /(\u{1f3f4}[\u{e0030}-\u{e007a}]{1,6}\u{e007f}|[#*\d]\ufe0f?\u20e3|\p{ExtPict}(?:\p{EMod}|\ufe0f)?(?:\u200d\p{ExtPict}(?:\p{EMod}|\ufe0f)?)*)|[\p{DI}\p{Cc}\p{Cf}\p{Co}\u2800]/gu

/** More marks above and below one letter than any language puts there. */
const FLOOD = /(\p{M}{3})\p{M}+/gu

/** Marks that stand on nothing. */
const LOOSE_MARKS = /(^| )\p{M}+/gu

/** Scripts that have letters of one shape: a name in more than one of them may pass for another. */
const LIKE_LATIN = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{sc=${script}}`, 'u'),
)

/** What a text has in it that looks like the id which is shown beside a name. */
const LIKE_ID = /[#\u266f\u2317]\s*\p{N}/u

/**
 * A name as it can stand among other text: in NFC, on one line, without what is not seen or reorders
 * what is, and with few marks on each letter. Undefined where nothing is left of it.
 */
export function cleanName(name: string): string | undefined {
  const clean = name
    .toWellFormed()
    .replace(/[\p{Z}\t-\r\u0085]+/gu, ' ')
    .replace(EMOJI_OR_INVISIBLE, '$1')
    .normalize('NFC')
    .replace(FLOOD, '$1')
    .replace(LOOSE_MARKS, '$1')
    .replace(/ +/g, ' ')
    .trim()
  return clean === '' ? undefined : clean
}

/**
 * What a user is shown as: the cleaned name; the id where there is none; and both, `Anna (#12)`,
 * where the name alone may pass for another user's.
 *
 * @param isTaken whether another user that is known has a name that looks like this one
 */
export function displayName(id: number, name: string | undefined, isTaken: boolean): string {
  const clean = name === undefined ? undefined : cleanName(name)
  if (clean === undefined) return String(id)
  return isTaken || isAmbiguous(clean) ? `${clean} (#${id})` : clean
}

/** Whether a cleaned name may pass for another one, or for an id, whoever else is there. */
function isAmbiguous(name: string): boolean {
  const plain = name.normalize('NFKC')
  const isMixed = LIKE_LATIN.filter((script) => script.test(plain)).length > 1
  return isMixed || !/\p{L}/u.test(plain) || LIKE_ID.test(plain) || lookAlikeKeys(name).length === 0
}
