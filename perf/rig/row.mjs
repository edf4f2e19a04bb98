import { median, summarize } from './median.mjs'
import { disturbedRounds, figures } from './rounds.mjs'

/**
 * One line of the table: a figure of chatws beside that of a peer.
 *
 * `limit` is `{ atLeast }` or `{ atMost }` for the ratio chatws : peer, or without a peer for the
 * figure itself; without a limit the row informs only.
 */
export function createRow({ what, unit, own, peer, peerLabel, pick, peerPick, limit, note }) {
  const ownFigures = summarize(figures(own, pick))
  const peerFigures = peer && summarize(figures(peer, peerPick ?? pick))
  const ratio = peerFigures ? ownFigures.median / peerFigures.median : undefined
  const failures = [...own, ...(peer ?? [])].filter(({ error }) => error !== undefined)
  const disturbed = disturbedRounds(own, peer ?? [])
  const notes = [
    note,
    disturbed > 0 ? `${disturbed} rounds with foreign load` : undefined,
    failures.length > 0 ? `${failures.length} rounds failed (${failures[0].error})` : undefined,
  ]
  return {
    what,
    unit,
    peerLabel,
    chatws: ownFigures,
    peer: peerFigures,
    ratio,
    limit,
    isReached: isReached(limit, ratio ?? ownFigures.median),
    foreignShare: median(figures([...own, ...(peer ?? [])], (result) => result.foreignShare)),
    note: notes.filter(Boolean).join('; '),
  }
}

/** A row for what could not be measured. */
export function createMissingRow({ what, unit, peerLabel, limit, note }) {
  return { what, unit, peerLabel, limit, note, isReached: undefined }
}

function isReached(limit, value) {
  if (!limit || Number.isNaN(value)) return undefined
  return limit.atLeast === undefined ? value <= limit.atMost : value >= limit.atLeast
}
