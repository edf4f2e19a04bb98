import type { ChatKind } from '../../protocol/chat.ts'
import type { Behaviour, PacedSend } from '../scenario/behaviour.ts'
import type { Chats } from '../scenario/chats.ts'
import type { Chaos } from '../scenario/phase.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Agenda } from './agenda.ts'
import { MembershipPlan } from './membership-plan.ts'
import type { Memberships } from './memberships.ts'
import type { Population } from './population.ts'
import { PresencePlan } from './presence-plan.ts'
import { seededRandom } from './seeded-random.ts'
import { Pacing, type TimedPhase, timePhases } from './timetable.ts'

/** How somebody goes out of a chat, or comes into it. */
export type MembershipAct = 'leave' | 'remove' | 'join' | 'add'

/** So long before and after somebody is out of a chat, nothing is written there by that user. */
const QUIET_US = 1e6

type Churn = NonNullable<Chats['churn']>

/** Something that is to happen at its time. `chat` is an id, or an index where chats have members. */
export type Action =
  | { readonly kind: 'phase'; readonly index: number; readonly chaos: Chaos | undefined }
  | { readonly kind: 'join' | 'leave' | 'read' | 'react'; readonly user: number }
  | { readonly kind: 'typing'; readonly user: number; readonly to: ChatKind; readonly chat: number }
  | {
      readonly kind: 'send'
      readonly user: number
      readonly to: ChatKind
      readonly chat: number
      readonly contentBytes: number
      /** Drawn for choosing among the user's connections, in [0, 1). */
      readonly point: number
    }
  /** Somebody goes out of a chat or comes back, by what the user does: the member, or its owner. */
  | {
      readonly kind: 'membership'
      readonly act: MembershipAct
      readonly user: number
      readonly chat: number
      readonly member: number
    }
  /** A user was to arrive, but all were here. */
  | { readonly kind: 'turned-away' }

export interface Due {
  /** Microseconds from the start of the run. */
  readonly dueUs: number
  readonly action: Action
}

/**
 * Everything that is to happen in a run, in the order in which it is due. It follows from the
 * scenario alone: what the server does never delays or drops any of it, and every generator that
 * runs through it sees the same, so that each can do its own users' share.
 */
export class Plan {
  readonly #scenario: Scenario
  readonly #population: Population
  readonly #phases: readonly TimedPhase[]
  readonly #random: () => number
  readonly #presence: PresencePlan
  readonly #chats: MembershipPlan | undefined
  /** What will be decided at its time: each may yield an action, and add more. */
  readonly #agenda = new Agenda<() => Action | undefined>()
  #next: Due | undefined
  /** When what is being decided is due. */
  #nowUs = 0

  /** @param memberships where chats have members */
  constructor(scenario: Scenario, population: Population, memberships?: Memberships) {
    this.#scenario = scenario
    this.#population = population
    this.#phases = timePhases(scenario.phases)
    this.#random = seededRandom(scenario.seed + 1)
    this.#presence = new PresencePlan(population.behaviourOf, scenario.behaviours.length)
    this.#chats = memberships && new MembershipPlan(memberships)
    for (const [index, timed] of this.#phases.entries())
      this.#agenda.add(timed.startUs, () => this.#beginPhase(index, timed))
    for (const [index, behaviour] of scenario.behaviours.entries())
      this.#addStreams(index, behaviour)
    if (scenario.chats?.churn) this.#addChurn(scenario.chats, scenario.chats.churn)
  }

  /** When the run's phases end. */
  get endUs(): number {
    return this.#phases.at(-1)!.endUs
  }

  /** What is due next, left in its place; undefined at the end. */
  peek(): Due | undefined {
    while (this.#next === undefined) {
      const item = this.#agenda.take()
      if (item === undefined || item.dueUs >= this.endUs) return undefined
      this.#nowUs = item.dueUs
      const action = item.value()
      if (action !== undefined) this.#next = { dueUs: item.dueUs, action }
    }
    return this.#next
  }

  /** Takes out what is due next. */
  take(): Due | undefined {
    const due = this.peek()
    this.#next = undefined
    return due
  }

  #beginPhase(index: number, timed: TimedPhase): Action {
    const { phase } = timed
    if (phase.users !== undefined) this.#addRamp(phase.users, timed)
    if (phase.arrivals) this.#addArrivals(phase.arrivals, timed)
    return { kind: 'phase', index, chaos: phase.chaos }
  }

  #addRamp(target: number, { startUs, endUs }: TimedPhase): void {
    const difference = target - this.#presence.count
    const stepUs = (endUs - startUs) / Math.max(1, Math.abs(difference))
    const step = difference > 0 ? () => this.#join() : () => this.#leave(this.#presence.lastHere())
    for (let done = 0; done < Math.abs(difference); done++)
      this.#agenda.add(startUs + done * stepUs, step)
  }

  #addArrivals(
    arrivals: NonNullable<Scenario['phases'][number]['arrivals']>,
    { startUs, endUs }: TimedPhase,
  ): void {
    const { ratePerSecond: from, rampTo: to = from, spacing, staySeconds } = arrivals
    const rateAt = (nowUs: number) =>
      (from + ((to - from) * (nowUs - startUs)) / (endUs - startUs)) / 1e6
    const spaceAfter = (nowUs: number) =>
      (spacing === 'poisson' ? this.#exponential() : 1) / rateAt(nowUs)
    const arrive = (nowUs: number) => () => {
      const nextUs = nowUs + spaceAfter(nowUs)
      if (nextUs < endUs) this.#agenda.add(nextUs, arrive(nextUs))
      const joined = this.#join()
      if (joined === undefined) return { kind: 'turned-away' as const }
      const { user } = joined
      const leaveUs = nowUs + this.#exponential() * staySeconds * 1e6
      this.#agenda.add(leaveUs, () => this.#leave(user))
      return joined
    }
    const firstUs = startUs + spaceAfter(startUs)
    if (firstUs < endUs) this.#agenda.add(firstUs, arrive(firstUs))
  }

  #join(user = this.#presence.nextAway()) {
    if (user === undefined || this.#presence.isHere(user)) return undefined
    this.#presence.join(user)
    const { churn } = this.#scenario.behaviours[this.#population.behaviourOf[user]!]!
    if (churn) this.#churn(user, churn)
    return { kind: 'join' as const, user }
  }

  #leave(user: number | undefined): Action | undefined {
    if (user === undefined || !this.#presence.isHere(user)) return undefined
    this.#presence.leave(user)
    return { kind: 'leave', user }
  }

  /** Lets a user that has just come go after a while, and come back. */
  #churn(user: number, churn: NonNullable<Behaviour['churn']>): void {
    const leaveUs = this.#nowUs + this.#exponential() * churn.onlineSeconds * 1e6
    this.#agenda.add(leaveUs, () => {
      const left = this.#leave(user)
      const returnUs = this.#nowUs + this.#exponential() * churn.offlineSeconds * 1e6
      if (left) this.#agenda.add(returnUs, () => this.#join(user))
      return left
    })
  }

  #addStreams(behaviour: number, { send = [], typing, read, react }: Behaviour): void {
    for (const stream of send) this.#addSends(behaviour, stream)
    if (typing)
      this.#addStream(typing.ratePerSecond, 'poisson', () => {
        const user = this.#presence.draw(behaviour, this.#random())
        const chat = this.#chat(user, typing.chats)
        if (user === undefined || chat === undefined) return undefined
        return { kind: 'typing', user, to: typing.to, chat }
      })
    if (react)
      this.#addStream(react.ratePerSecond, react.spacing, () => {
        const user = this.#presence.draw(behaviour, this.#random())
        return user === undefined ? undefined : { kind: 'react', user }
      })
    if (read) this.#addReads(behaviour, read.intervalSeconds)
  }

  #addSends(behaviour: number, stream: PacedSend): void {
    const leadUs = (stream.typingSeconds ?? 0) * 1e6
    this.#addStream(stream.ratePerSecond, stream.spacing, () => {
      const user = this.#presence.draw(behaviour, this.#random())
      const chat = this.#chat(user, stream.chats)
      const point = this.#random()
      if (user === undefined || chat === undefined) return undefined
      const { to, contentBytes } = stream
      const message = { kind: 'send' as const, user, to, chat, contentBytes, point }
      if (leadUs === 0) return message
      this.#agenda.add(this.#nowUs + leadUs, () =>
        this.#presence.isHere(user) ? message : undefined,
      )
      return { kind: 'typing', user, to, chat }
    })
  }

  #addStream(
    ratePerSecond: number,
    spacing: 'constant' | 'poisson',
    decide: () => Action | undefined,
  ): void {
    const random = spacing === 'poisson' ? this.#random : undefined
    const pacing = new Pacing(this.#phases, ratePerSecond, random)
    const step = () => {
      this.#agenda.add(pacing.next(), step)
      return decide()
    }
    this.#agenda.add(pacing.next(), step)
  }

  /** Lets every user of a behaviour look for what it can confirm, in turn. */
  #addReads(behaviour: number, intervalSeconds: number): void {
    let turn = 0
    const step = () => {
      const count = this.#presence.howMany(behaviour)
      this.#agenda.add(this.#nowUs + (intervalSeconds * 1e6) / Math.max(1, count), step)
      const user = this.#presence.inTurn(behaviour, turn++)
      return user === undefined ? undefined : { kind: 'read' as const, user }
    }
    this.#agenda.add(0, step)
  }

  /** Lets members go, and come back. */
  #addChurn({ visibility }: Chats, { ratePerSecond, awaySeconds }: Churn): void {
    const chats = this.#chats!
    const mayJoin = visibility === 'public'
    this.#addStream(ratePerSecond, 'poisson', () => {
      const drawn = chats.drawMember([this.#random(), this.#random()])
      const byItself = this.#random() < 0.5
      if (!drawn) return undefined
      const { chat, member } = drawn
      chats.takeOut(member, chat)
      const owner = chats.ownerOf(chat)
      const comeBack = (): Action | undefined => {
        const user = byItself && mayJoin ? member : owner
        const again = () => this.#agenda.add(this.#nowUs + QUIET_US, comeBack)
        if (!this.#presence.isHere(user)) return void again()
        this.#agenda.add(this.#nowUs + QUIET_US, () => void chats.takeIn(member, chat))
        return { kind: 'membership', act: user === owner ? 'add' : 'join', user, chat, member }
      }
      this.#agenda.add(this.#nowUs + QUIET_US, () => {
        const user = byItself ? member : owner
        if (!this.#presence.isHere(user)) return void chats.takeIn(member, chat)
        this.#agenda.add(this.#nowUs + awaySeconds * 1e6, comeBack)
        return { kind: 'membership', act: byItself ? 'leave' : 'remove', user, chat, member }
      })
      return undefined
    })
  }

  /** The chat for something that a user does: one of the user's, or any of the first `count`. */
  #chat(user: number | undefined, count: number): number | undefined {
    const point = this.#random()
    if (!this.#chats) return 1 + Math.floor(point * count)
    return user === undefined ? undefined : this.#chats.draw(user, point)
  }

  #exponential(): number {
    return -Math.log(1 - this.#random())
  }
}
