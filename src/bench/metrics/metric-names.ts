/** Aggregates of a latency. */
export const LATENCY_AGGREGATES = ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'] as const

/** Latencies in milliseconds: name → what it is, for people. */
export const LATENCIES = {
  connect_ms: 'from when a connection was due until it was greeted',
  ack_ms: 'from when a message was due until its ACK',
  delivery_ms: 'from when a message was due until a connection got it',
  skew_ms: 'from the first connection that got a message to the last',
  presence_ms: 'from a join or leave until a connection was told',
  presence_last_ms: 'from a join or leave until the last connection was told',
  resume_ms: 'from when a reconnection was due until all that was missed had come',
  http_ms: 'HTTP requests during the load',
  http_idle_ms: 'HTTP requests before the load',
} as const

/** Single figures: name → what it is, for people. */
export const VALUES = {
  deliveries_per_second: 'messages delivered, a second of sending and of waiting for the rest',
  sends_per_second: 'messages acknowledged, a second of sending and of waiting for the rest',
  amplification: 'deliveries for each message stored',
  unsent: 'messages whose connection was gone when they were due',
  expectations_missed: 'things that were expected and did not come in time',
  refused: 'messages that the server refused',
  lost_connections: 'connections that ended although nobody asked them to',
  failed_connects: 'attempts to connect that failed',
  http_errors: 'HTTP requests that failed, or were not answered with 2xx',
  server_cpu_cores: 'cores that the server used, on average (of a server that bench started)',
  server_rss_mb: 'the most memory that the server used (likewise)',
  generator_cpu_cores: 'cores that the load tester used, on average',
  generator_rss_mb: 'the most memory that the load tester used',
} as const

export type LatencyName = keyof typeof LATENCIES
export type ValueName = keyof typeof VALUES

/** The latencies that virtual users record, in the order of their index in a generator. */
export const RECORDED = [
  'connect_ms',
  'ack_ms',
  'delivery_ms',
  'presence_ms',
  'resume_ms',
] as const satisfies readonly LatencyName[]
export type RecordedName = (typeof RECORDED)[number]
