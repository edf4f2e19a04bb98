import { ChatwsError } from '../../protocol/error.ts'
import type { OwnServer } from '../host/own-server.ts'
import { findMetric } from '../metrics/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Population } from '../schedule/population.ts'

/**
 * Sees whether a scenario can be played against a target at all. Throws USAGE with everything that
 * cannot be.
 */
export function validateTarget(
  scenario: Scenario,
  target: { readonly ownServer?: OwnServer },
  population: Population,
): void {
  const problems = [
    ...(target.ownServer ? [] : needsOwnServer(scenario)),
    ...idleBehaviours(scenario, population),
  ]
  if (problems.length > 0) throw new ChatwsError('USAGE', problems.join('\n'))
}

function needsOwnServer({ phases, thresholds }: Scenario): string[] {
  const stopping = phases.flatMap(({ name, chaos }) => (chaos && 'server' in chaos ? [name] : []))
  const measured = Object.keys(thresholds).filter(
    (metric) => findMetric(metric)?.needs === 'own server',
  )
  return [
    ...stopping.map(
      (name) =>
        `The phase ${JSON.stringify(name)} stops the server, which only works without --url: on a ` +
        'server of its own',
    ),
    ...measured.map(
      (metric) =>
        `The threshold on ${metric} needs a server that bench starts: leave out --url, or the ` +
        'threshold',
    ),
  ]
}

/** Small shares of few users may come to nobody, and then what they were to do is never done. */
function idleBehaviours({ behaviours, users }: Scenario, { behaviourOf }: Population): string[] {
  return behaviours.flatMap(({ name }, index) =>
    behaviourOf.includes(index)
      ? []
      : [
          `None of the ${users.count} users has the behaviour ${JSON.stringify(name)} ` +
            `(behaviours[${index}]): raise its weight, or users.count`,
        ],
  )
}
