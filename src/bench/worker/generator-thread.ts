import { parentPort } from 'node:worker_threads'
import { Generator } from './generator.ts'
import type { GeneratorHandle, GeneratorSetup } from './generator-setup.ts'

/** A call of one of the generator's methods, and its answer. */
export interface GeneratorCall {
  readonly id: number
  readonly method: keyof GeneratorHandle
  readonly args: readonly unknown[]
}

export interface GeneratorAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

// What comes first is what it has to do, and then each call.
parentPort!.once('message', (setup: GeneratorSetup) => {
  const generator = new Generator(setup)
  parentPort!.on('message', (call: GeneratorCall) => void answer(generator, call))
})

async function answer(generator: Generator, { id, method, args }: GeneratorCall): Promise<void> {
  try {
    const call = generator[method] as (...given: unknown[]) => Promise<unknown>
    const value = await call.apply(generator, [...args])
    parentPort!.postMessage({ id, value } satisfies GeneratorAnswer)
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    parentPort!.postMessage({ id, error: text } satisfies GeneratorAnswer)
  }
}
