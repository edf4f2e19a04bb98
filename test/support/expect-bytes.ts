import { expect } from 'vitest'

/** Expects the same bytes: as `toEqual` does, which takes a thousand times as long to see that they are. */
export function expectBytes(actual: Buffer, expected: Buffer): void {
  if (!actual.equals(expected)) expect(actual).toEqual(expected)
}
