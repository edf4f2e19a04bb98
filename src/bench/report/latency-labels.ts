/** Latency → how reports call it. */
export const LATENCY_LABELS: Readonly<Record<string, string>> = {
  connect_ms: 'connect',
  ack_ms: 'send → ack',
  delivery_ms: 'send → delivery',
  skew_ms: 'first → last',
  presence_ms: 'presence',
  presence_last_ms: 'presence, last',
  resume_ms: 'resume',
  http_ms: 'http',
  http_idle_ms: 'http, idle',
}
