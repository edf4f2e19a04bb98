import { z } from 'zod'
import { positive } from './positive.ts'
import { shownText } from './shown-text.ts'

const percent = z.number().positive().max(100).describe('Share of the connections that are open')

const reconnectSeconds = z
  .number()
  .min(0)
  .max(600)
  .default(1)
  .describe('They come back within this time, evenly drawn, and resume')

/** What goes wrong on purpose at the beginning of a phase. */
const Chaos = z.union(
  [
    z.strictObject({
      drop: percent,
      by: z
        .enum(['terminate', 'close'])
        .default('terminate')
        .describe('terminate: without a close frame, as a lost network; close: in order'),
      reconnectSeconds,
    }),
    z.strictObject({
      stall: percent,
      seconds: positive('For so long they read nothing').max(600),
    }),
    z.strictObject({
      server: z
        .enum(['kill', 'restart'])
        .describe('kill: SIGKILL; restart: SIGTERM. Only for a server that bench started'),
      downSeconds: z.number().min(0).max(60).default(0).describe('Time before it is started again'),
      reconnectSeconds,
    }),
  ],
  'must be {"drop": percent}, {"stall": percent, "seconds": n} or {"server": "kill" or "restart"}',
)
export type Chaos = z.infer<typeof Chaos>

/** A stretch of time in a run. */
export const Phase = z.strictObject({
  name: shownText('Names it in reports'),
  durationSeconds: positive('How long it lasts').max(86_400),
  users: z
    .int()
    .min(0)
    .optional()
    .describe('Users at its end, reached in even steps; without it they stay as many as they are'),
  arrivals: z
    .strictObject({
      ratePerSecond: positive('Users that come each second').max(10_000),
      rampTo: positive('The rate at the end of the phase').max(10_000).optional(),
      spacing: z.enum(['constant', 'poisson']).default('poisson'),
      staySeconds: positive('Mean time for which each stays, drawn exponentially'),
    })
    .optional()
    .describe('Users come and go by themselves, drawn from those who are away'),
  load: z
    .number()
    .min(0)
    .max(1_000)
    .default(1)
    .describe('Factor for the rates of all behaviours; 0: nothing is sent'),
  record: z
    .boolean()
    .default(true)
    .describe('false: a warm-up, audited like the rest but left out of the figures'),
  chaos: Chaos.optional().describe('What goes wrong at its beginning'),
})
export type Phase = z.infer<typeof Phase>
