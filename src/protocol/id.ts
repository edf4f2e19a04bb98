import { z } from 'zod'

/** An id on the wire: a positive safe integer. */
export const Id = z.int().positive()

/**
 * Reads a user id as it stands in a URL or on a command line: decimal digits without a sign or
 * leading zeros. Returns undefined for anything that is not a positive safe integer.
 */
export function parseId(text: string): number | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined
  const id = Number(text)
  return Number.isSafeInteger(id) ? id : undefined
}
