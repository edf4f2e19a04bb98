import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createParts, MemoryStore } from '../../src/storage/memory/memory-store.ts'
import { anyEntry, BEGINNING } from './random-entries.ts'
import { readAll } from './read-all.ts'

const NOW = '2024-01-01T12:00:00.000Z'

it('entries of one batch take effect as if each were a batch of its own', async () => {
  const entries = fc.array(anyEntry(4), { minLength: 2, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(entries, async (batch) => {
      const [together, apart] = [new MemoryStore(createParts()), new MemoryStore(createParts())]
      for (const store of [together, apart]) await store.append(BEGINNING, NOW)
      const outcomes = []
      for (const entry of batch) outcomes.push(...(await apart.append([entry], NOW)))
      expect(await together.append(batch, NOW)).toEqual(outcomes)
      expect(await readAll(together)).toEqual(await readAll(apart))
    }),
    { numRuns: 400 },
  )
})
