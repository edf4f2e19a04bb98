import { z } from 'zod'
import { parseId } from '../protocol/id.ts'

/** A positive safe integer, given as one or as its decimal text. */
export const id = (whenMissing = 'is required') =>
  z.preprocess(
    (value) => (typeof value === 'string' ? (parseId(value) ?? value) : value),
    z
      .int({
        error: ({ input }) =>
          input === undefined ? whenMissing : 'must be a positive whole number',
      })
      .positive('must be a positive whole number'),
  )
