import { measureQuietly } from './quiet.mjs'

/**
 * Measures each contender once a round, in turn (A B A B), so that a slow change of the machine
 * meets all alike. Returns name → results; one that cannot run at all is an `error` there.
 */
export async function alternate(names, { rounds, log }, measure) {
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 1; round <= rounds; round++)
    for (const name of names) {
      log(`round ${round}/${rounds}: ${name}`)
      try {
        const result = await measureQuietly(() => measure(name))
        results[name].push(result)
        if (result.isDisturbed)
          log(`  ${name}: others took ${Math.round(result.foreignShare * 100)} % of the machine`)
      } catch (error) {
        log(`round ${round}/${rounds}: ${name}: ${error.message}`)
        // The rest of a long message is in the log only: the table has one line a row.
        const reason = error.message.split('\n')[0]
        results[name].push({ error: reason, foreignShare: 0, isDisturbed: false })
      }
    }
  return results
}

/** One figure of the rounds that worked. */
export function figures(results, pick) {
  return results
    .filter((result) => result.error === undefined)
    .map(pick)
    .filter(Number.isFinite)
}

/** How many of the rounds had too much foreign load. */
export function disturbedRounds(...results) {
  return results.flat().filter((result) => result.isDisturbed).length
}
