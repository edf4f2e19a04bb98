import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { DatabaseProbe } from './database-probe.ts'
import type { NodeFigures, RetentionFigures } from './figures.ts'
import type { Refusals } from './refusals.ts'
import type { ServerLog } from './server-log.ts'
import type { Timings } from './timings.ts'

/** Where the figures are, for whenever they are asked for. */
export interface MetricsSources {
  readonly node: { readonly figures: NodeFigures }
  readonly retention: { readonly figures: RetentionFigures }
  readonly timings: Timings
  readonly database: DatabaseProbe
  readonly refusals: Refusals
  readonly serverLog: Pick<ServerLog, 'droppedLines'>
  /** Of chatws. */
  readonly version: string
}

type Read = (figures: NodeFigures) => number

/** Name → what it says, and where it is read. */
const GAUGES: Readonly<Record<string, readonly [help: string, read: Read]>> = {
  chatws_users: ['Users online', ({ users }) => users],
  chatws_connections: ['Connections open', ({ connections }) => connections],
  chatws_log_offset: ['Newest offset told to the connections', ({ offset }) => offset],
  chatws_writer_waiting: ['Messages that wait to be stored', ({ waiting }) => waiting],
  chatws_connection_lag_bytes: [
    'Bytes that the connection furthest behind has yet to be sent',
    ({ longestLagBytes }) => longestLagBytes,
  ],
}

const COUNTERS: typeof GAUGES = {
  chatws_connections_opened_total: ['Connections opened', (figures) => figures.connectionsOpened],
  chatws_messages_stored_total: ['Messages stored by this server', ({ stored }) => stored],
  chatws_deliveries_total: [
    'Frames for everyone, times the connections open when they were sent',
    ({ deliveries }) => deliveries,
  ],
  chatws_sheds_total: [
    'Times that a lagging connection was spared what is not durable',
    ({ sheds }) => sheds,
  ],
}

/**
 * The figures of one server as Prometheus reads them. They are counted where things happen, and
 * fetched when someone asks; only a stored batch and a flush are timed, once each.
 */
export class Metrics {
  readonly #registry = new Registry()
  #hasDefaults = false

  constructor(sources: MetricsSources) {
    const registers = [this.#registry]
    for (const timing of [sources.timings.commits, sources.timings.flushes])
      this.#registry.registerMetric(timing)
    for (const [name, [help, read]] of Object.entries(GAUGES))
      new Gauge({ name, help, registers, collect: fill(() => read(sources.node.figures)) })
    for (const [name, [help, read]] of Object.entries(COUNTERS))
      new Counter({ name, help, registers, collect: refill(() => read(sources.node.figures)) })
    new Counter({
      ...{ name: 'chatws_server_log_lines_dropped_total', registers },
      help: 'Lines of the server log that could not be written',
      collect: refill(() => sources.serverLog.droppedLines),
    })
    new Gauge({
      ...{ name: 'chatws_build_info', registers, labelNames: ['version', 'node'] },
      help: '1; what runs stands in the labels',
    }).set({ version: sources.version, node: process.versions.node }, 1)
    this.#countRetention(sources)
    this.#countCloses(sources)
    this.#countRefusals(sources)
    this.#watchStore(sources)
  }

  /** The text that Prometheus reads, and its content type. */
  async expose(): Promise<{ text: string; contentType: string }> {
    // The process's own figures need timers and observers, which nobody needs before someone looks.
    if (!this.#hasDefaults) collectDefaultMetrics({ register: this.#registry })
    this.#hasDefaults = true
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType }
  }

  #countRetention({ retention }: MetricsSources): void {
    const registers = [this.#registry]
    new Counter({
      ...{ name: 'chatws_messages_expired_total', registers },
      help: 'Messages deleted one by one because they were kept long enough',
      collect: refill(() => retention.figures.expired),
    })
    new Counter({
      ...{ name: 'chatws_entries_pruned_total', registers },
      help: 'Entries deleted from the beginning of the log because they were kept long enough',
      collect: refill(() => retention.figures.pruned),
    })
    new Counter({
      ...{ name: 'chatws_retention_sweeps_total', registers },
      help: 'Times that it was looked for messages that were kept long enough',
      collect: refill(() => retention.figures.sweeps),
    })
    new Gauge({
      ...{ name: 'chatws_retention_sweep_seconds', registers },
      help: 'How long the last of these took',
      collect: fill(() => retention.figures.lastSweepMs / 1000),
    })
  }

  #countCloses({ node }: MetricsSources): void {
    new Counter({
      name: 'chatws_connections_closed_total',
      help: 'Connections closed, by the code that the server sent; none where it sent none',
      labelNames: ['code'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [code, count] of node.figures.connectionsClosed)
          this.inc({ code: code === 0 ? 'none' : code }, count)
      },
    })
  }

  #countRefusals({ refusals }: MetricsSources): void {
    new Counter({
      name: 'chatws_refusals_total',
      help: 'Connections, frames and HTTP requests refused, by reason',
      labelNames: ['what', 'reason'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const { what, reason, count } of refusals.list()) this.inc({ what, reason }, count)
      },
    })
  }

  #watchStore({ node, database }: MetricsSources): void {
    const registers = [this.#registry]
    const lastOffset = () => database.lastOffset().catch(() => undefined)
    new Gauge({
      name: 'chatws_database_up',
      help: '1 when something can be stored, otherwise 0',
      registers,
      async collect() {
        this.set((await lastOffset()) === undefined ? 0 : 1)
      },
    })
    new Gauge({
      name: 'chatws_log_lag',
      help: 'Offsets that are stored, but not told to the connections yet',
      registers,
      async collect() {
        const stored = await lastOffset()
        if (stored === undefined) this.remove()
        else this.set(Math.max(0, stored - node.figures.offset))
      },
    })
  }
}

function fill(read: () => number) {
  return function collect(this: Gauge): void {
    this.set(read())
  }
}

function refill(read: () => number) {
  return function collect(this: Counter): void {
    this.reset()
    this.inc(read())
  }
}
