import { z } from 'zod'
import { findMetric, type Need } from '../metrics/registry.ts'
import { Behaviour } from './behaviour.ts'
import { Chats, memberRange } from './chats.ts'
import { Phase } from './phase.ts'

/** Something in a scenario that cannot be meant, though each part of it is right by itself. */
export interface Contradiction {
  readonly path: (string | number)[]
  readonly message: string
}

/** The parts of a scenario that are right by themselves; undefined or left out where one is not. */
interface Parts {
  readonly users: { readonly count: number; readonly firstId: number } | undefined
  readonly phases: readonly (Phase | undefined)[]
  readonly behaviours: readonly (Behaviour | undefined)[]
  readonly http: { readonly idleSeconds: number } | undefined
  readonly chats: Chats | undefined
  readonly metrics: readonly string[]
}

/**
 * Everything that contradicts itself in a scenario. Parts that are wrong by themselves are not
 * looked at, so that it can be asked whatever else is wrong.
 */
export function findContradictions(scenario: unknown): Contradiction[] {
  const parts = readParts(scenario)
  return [
    ...parts.phases.flatMap((phase, index) => (phase ? ofPhase(phase, index, parts) : [])),
    ...ofUsers(parts),
    ...ofAllPhases(parts),
    ...ofChats(parts),
    ...ofThresholds(parts),
  ]
}

function ofUsers({ users }: Parts): Contradiction[] {
  if (!users || users.firstId <= Number.MAX_SAFE_INTEGER - (users.count - 1)) return []
  const message = `must leave room for the ids of ${users.count} users: none is above 2^53 - 1`
  return [{ path: ['users', 'firstId'], message }]
}

/** What can never be where chats have members. */
function ofChats({ chats, users, behaviours }: Parts): Contradiction[] {
  if (!chats) return []
  const found: Contradiction[] = []
  if (users && memberRange(chats).max > users.count)
    found.push({
      path: ['chats', 'members'],
      message: `must not exceed users.count (${users.count})`,
    })
  for (const [index, behaviour] of behaviours.entries())
    for (const path of supportUses(behaviour))
      found.push({
        path: ['behaviours', index, ...path, 'to'],
        message: 'must not be "support" beside "chats": of support chats only agents read all',
      })
  return found
}

/** Where a behaviour is about support chats. */
function supportUses(behaviour: Behaviour | undefined): (string | number)[][] {
  const { send = [], converse, typing, read } = behaviour ?? {}
  const uses = [
    ...send.map(({ to }, place) => ({ to, path: ['send', place] })),
    ...Object.entries({ converse, typing, read }).map(([name, use]) => ({
      to: use?.to,
      path: [name],
    })),
  ]
  return uses.filter(({ to }) => to === 'support').map(({ path }) => path)
}

function readParts(scenario: unknown): Parts {
  const given = z.looseObject({}).safeParse(scenario).data ?? {}
  const list = <T>(value: unknown, schema: z.ZodType<T>) =>
    Array.isArray(value) ? value.map((one) => schema.safeParse(one).data) : []
  return {
    users: z.object({ count: z.number(), firstId: z.number().default(1) }).safeParse(given.users)
      .data,
    phases: list(given.phases, Phase),
    behaviours: list(given.behaviours, Behaviour),
    http: z.object({ idleSeconds: z.number().default(2) }).safeParse(given.http).data,
    chats: Chats.safeParse(given.chats).data,
    metrics: Object.keys(z.looseObject({}).safeParse(given.thresholds).data ?? {}),
  }
}

function ofPhase(phase: Phase, index: number, { users }: Parts): Contradiction[] {
  const found: Contradiction[] = []
  const path = ['phases', index]
  if (users && phase.users !== undefined && phase.users > users.count)
    found.push({
      path: [...path, 'users'],
      message: `must not exceed users.count (${users.count})`,
    })
  if (phase.users !== undefined && phase.arrivals !== undefined)
    found.push({
      path: [...path, 'arrivals'],
      message: 'must not stand beside users: a phase is closed or open',
    })
  const { chaos, durationSeconds } = phase
  if (chaos && 'server' in chaos && chaos.downSeconds >= durationSeconds)
    found.push({
      path: [...path, 'chaos', 'downSeconds'],
      message: `must be less than the durationSeconds of its phase (${durationSeconds})`,
    })
  return found
}

function ofAllPhases({ phases, metrics }: Parts): Contradiction[] {
  // Of a phase that cannot be read nobody knows whom it brings.
  if (phases.length === 0 || phases.includes(undefined)) return []
  const known = phases as readonly Phase[]
  const found: Contradiction[] = []
  if (!known.some(({ users, arrivals }) => (users ?? 0) > 0 || arrivals))
    found.push({
      path: ['phases'],
      message:
        'nobody ever connects: give a phase "users" (how many there are at its end), or "arrivals"',
    })
  if (metrics.length > 0 && known.every(({ record }) => !record))
    found.push({
      path: ['thresholds'],
      message: 'nothing is measured: every phase has "record": false',
    })
  return found
}

function ofThresholds(parts: Parts): Contradiction[] {
  return parts.metrics.flatMap((metric) => {
    const reason = whyUnmet(findMetric(metric)?.needs, parts)
    return reason === undefined
      ? []
      : [{ path: ['thresholds', metric], message: `is never measured: ${reason}` }]
  })
}

/** Why a scenario lacks what a metric needs; undefined when it has it. */
function whyUnmet(need: Need | undefined, { behaviours, http }: Parts): string | undefined {
  // A behaviour that cannot be read may be the one that does it.
  const isNever = (does: (behaviour: Behaviour) => unknown) =>
    behaviours.every((behaviour) => behaviour !== undefined && !does(behaviour))
  switch (need) {
    case 'messages':
      return isNever(({ send, converse }) => (send?.length ?? 0) > 0 || converse)
        ? 'no behaviour sends any message'
        : undefined
    case 'expectations':
      return isNever(({ expect }) => (expect?.length ?? 0) > 0)
        ? 'no behaviour has "expect"'
        : undefined
    case 'http':
    case 'idle http':
      if (!http) return 'the scenario has no "http"'
      return need === 'idle http' && http.idleSeconds === 0
        ? '"idleSeconds" of "http" is 0'
        : undefined
    default:
      // Which server it is played against, the scenario does not say.
      return undefined
  }
}
