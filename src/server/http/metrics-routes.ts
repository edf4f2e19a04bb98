import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { NodeFigures } from '../telemetry/figures.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Timings } from '../telemetry/timings.ts'
import { answers } from './json-schema.ts'

const Count = z.int().nonnegative()

const Durations = z.object({
  count: Count,
  meanMs: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
})

const Stats = z.object({
  uptimeSeconds: z.number(),
  epoch: z.string(),
  offset: Count,
  users: Count,
  connections: Count,
  connectionsOpened: Count,
  connectionsClosed: z.record(z.string(), Count),
  messagesStored: Count,
  messagesWaiting: Count,
  deliveries: Count,
  sheds: Count,
  slowConsumers: Count,
  longestLagBytes: Count,
  commits: Durations,
  fanOuts: Durations,
  memory: z.object({ rssBytes: Count, heapUsedBytes: Count }),
  isDraining: z.boolean(),
})

export interface StatsSources {
  readonly metrics: Metrics
  readonly timings: Timings
  readonly epoch: string
  readonly node: { readonly figures: NodeFigures }
  readonly isDraining: () => boolean
}

const CLOSED_AS_SLOW = 4001

/** Tells what the server has done and holds: for Prometheus, and as one JSON object. */
export function addMetricsRoutes(app: FastifyInstance, sources: StatsSources): void {
  app.get(
    '/metrics',
    {
      config: { access: 'monitor' },
      schema: {
        summary: 'Figures for Prometheus',
        tags: ['operation'],
        produces: ['text/plain'],
        response: { 200: { description: 'The exposition format, version 0.0.4', type: 'string' } },
      },
    },
    async (_request, reply) => {
      const { text, contentType } = await sources.metrics.expose()
      return reply.header('content-type', contentType).send(text)
    },
  )
  app.get(
    '/stats',
    {
      config: { access: 'monitor' },
      schema: {
        summary: 'Figures as JSON',
        tags: ['operation'],
        response: answers(Stats, {}),
      },
    },
    () => readStats(sources),
  )
}

async function readStats(sources: StatsSources): Promise<z.infer<typeof Stats>> {
  const { stored, waiting, connectionsClosed, ...figures } = sources.node.figures
  const { rss, heapUsed } = process.memoryUsage()
  const closes = [...connectionsClosed].map(([code, count]) => [code || 'none', count])
  return {
    uptimeSeconds: process.uptime(),
    epoch: sources.epoch,
    ...figures,
    connectionsClosed: Object.fromEntries(closes),
    messagesStored: stored,
    messagesWaiting: waiting,
    slowConsumers: connectionsClosed.get(CLOSED_AS_SLOW) ?? 0,
    commits: await sources.timings.commitTimes(),
    fanOuts: await sources.timings.flushTimes(),
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    isDraining: sources.isDraining(),
  }
}
