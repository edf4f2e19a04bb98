import type { CSSProperties } from 'react'

interface AvatarProps {
  /** Whose; decides the colour. */
  readonly id: number
  readonly name: string
  readonly picture?: string | undefined
  readonly isSquare?: boolean
  readonly isSmall?: boolean
  readonly status?: 'active' | 'idle' | 'offline' | undefined
}

/** The golden angle: ids beside each other get colours far from each other. */
const HUE_STEP = 137.508

/** A user or chat as a picture, or as its initials. Names stand beside it: it is not read out. */
export function Avatar({ id, name, picture, isSquare, isSmall, status }: AvatarProps) {
  const style = { '--hue': String(Math.round((id * HUE_STEP) % 360)) } as CSSProperties
  const kind = `${isSquare ? 'square' : ''} ${isSmall ? 'small' : ''}`
  return (
    <span className={`avatar ${kind}`} style={style} aria-hidden="true">
      {picture === undefined ? initialsOf(name) : <img src={picture} alt="" loading="lazy" />}
      {status && <span className={`presence ${status}`} />}
    </span>
  )
}

/** The first letters of the first two words; of a number, its last digits. */
function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 1 && /^\d+$/.test(words[0]!)) return words[0]!.slice(-3)
  const letters = words
    .filter((word) => /\p{L}/u.test(word))
    .slice(0, 2)
    .map((word) => [...word][0])
  return letters.length > 0 ? letters.join('').toUpperCase() : (words.at(-1) ?? '?').slice(-3)
}
