import { ChatwsError } from '../../protocol/error.ts'
import type { OwnServer } from '../host/own-server.ts'
import { findMetric } from '../metrics/registry.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Memberships } from '../schedule/memberships.ts'
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
    ...strangers(scenario),
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

/** Who is in no chat has none to write in. */
function strangers({ chats, users, seed }: Scenario): string[] {
  const count = chats ? new Memberships(chats, users.count, seed).strangers : 0
  if (count === 0) return []
  return [
    `${count} of the ${users.count} users are in none of the chats: raise chats.count or ` +
      'chats.members',
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
