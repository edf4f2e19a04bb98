import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { SearchQuery } from '../conversation.ts'
import type { FoundMessage } from '../store.ts'
import { SearchIndex } from './search-index.ts'

/**
 * What the thread is asked for: to find messages, for which it brings its index up to date; to do only that;
 * or to take only what was pruned out of it.
 */
export type Wanted =
  | { readonly words: readonly string[]; readonly query: SearchQuery }
  | 'catchUp'
  | 'forget'

export interface SearchCall {
  readonly id: number
  readonly wanted: Wanted
}

/** How it answers: with an error, it also ends. */
export interface SearchAnswer {
  readonly id: number
  readonly found?: readonly FoundMessage[]
  readonly error?: string
}

const calls: SearchCall[] = []
let index: SearchIndex | undefined
let isWorking = false
let isEnding = false

parentPort!.on('message', (call: SearchCall | 'end') => {
  if (call === 'end') isEnding = true
  else calls.push(call)
  if (!isWorking) void work()
})

async function work(): Promise<void> {
  isWorking = true
  while (calls.length > 0 && !isEnding) {
    const call = calls.shift()!
    try {
      await resting(() => {
        index ??= SearchIndex.open(workerData)
      })
      await answer(call)
    } catch (error) {
      say({ id: call.id, error: error instanceof Error ? error.message : String(error) })
      // Another thread begins anew, with another connection.
      isEnding = true
    }
  }
  isWorking = false
  if (isEnding) end()
}

async function answer({ id, wanted }: SearchCall): Promise<void> {
  const until = wanted === 'forget' ? 0 : index!.lastOffset()
  await repeated(() => index!.forget())
  await repeated(() => until === 0 || index!.step() >= until)
  await resting(() => {
    const found = typeof wanted === 'object' ? index!.find(wanted.words, wanted.query) : []
    say({ id, found })
  })
}

async function repeated(isDone: () => boolean): Promise<void> {
  while (!(await resting(isDone))) if (isEnding) throw new Error('The search was ended')
}

/**
 * Rests as long as the work took: a processor is shared half and half, and the database's write-ahead log
 * can be written back meanwhile, which it cannot beside who reads.
 */
async function resting<T>(work: () => T): Promise<T> {
  const startMs = performance.now()
  const result = work()
  await sleep(performance.now() - startMs)
  return result
}

function say(answer: SearchAnswer): void {
  parentPort!.postMessage(answer)
}

function end(): void {
  index?.close()
  parentPort!.close()
}
