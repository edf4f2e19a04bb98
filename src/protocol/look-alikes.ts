/** Each letter of one shape with a Latin one, in lower case, before that one. */
const SMALL = pairs(
  // Cyrillic
  'аaбbвbгrґrеeіlјjкkмmнhпnоoрpсcтtуyүyхxѕsһhԁdԛqԝwьbӏlѵv',
  // Greek
  'αaβbγyεeζzηnιlκkμuνvοoρpσoςoτtυuχxωw',
  // Armenian
  'օoսuհhոnցgզqյj',
  // Latin ones that do not decompose
  'ɑaɡgılȷjłløođdħhʙbɢgʜhɪlʟlɴnʀrʏyᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢzꜱsꜰf',
  // One stroke, and one ring
  'il1l|l0o',
)

/** The same in upper case, where that has another shape than the small letter. */
const CAPITAL = pairs('ΗHΜMΝNΥY')

/** The accents are those of all scripts; marks of one script make other words. */
const UNSEEN_OR_ACCENT = /[\p{DI}\p{Cf}\u2800]|(?=\p{M})\p{sc=Zinh}/gu

const SEPARATOR = /[\p{P}\p{Z}\p{Sk}\p{C}]/gu

/**
 * What a name comes to for the eye: two names that share a key may be taken for each other. Case,
 * accents, separators, what is not seen and common look-alikes of Latin letters make no difference. One
 * key is of the letters as they are, the other of the small ones, because capitals look like others.
 */
export function lookAlikeKeys(name: string): readonly string[] {
  // What becomes of an iota below a letter is known before accents are gone.
  const keys = [fold(name.toUpperCase()), fold(replaced(name.normalize('NFKD'), CAPITAL))]
  return [...new Set(keys)].filter((key) => key !== '')
}

function fold(name: string): string {
  const letters = name.normalize('NFKD').replace(UNSEEN_OR_ACCENT, '')
  return replaced(letters.toUpperCase().toLowerCase(), SMALL)
    .replace(SEPARATOR, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}

function replaced(text: string, shapes: ReadonlyMap<string, string>): string {
  return Array.from(text, (letter) => shapes.get(letter) ?? letter).join('')
}

function pairs(...lists: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lists.flatMap((list) => list.match(/../gu) ?? []).map(([one, other]) => [one!, other!]),
  )
}
