import type { BackEnd, VolatileDatabase } from '../database.ts'
import type { MemoryStoreParts } from './memory-store.ts'

/** Memory: `memory:`, for trials and tests. */
export const memory: BackEnd = {
  schemes: ['memory'],
  example: 'memory: (keeps nothing)',
  parse: (url) => (url === 'memory:' ? new MemoryDatabase() : undefined),
}

/** A log in this process. Its stores share it, and it is gone with the process. */
export class MemoryDatabase implements VolatileDatabase {
  readonly provider = 'memory'
  readonly description = 'memory:'
  readonly isDurable = false
  #parts: MemoryStoreParts | undefined

  async open() {
    const { createParts, MemoryStore } = await import('./memory-store.ts')
    this.#parts ??= createParts()
    return new MemoryStore(this.#parts)
  }
}
