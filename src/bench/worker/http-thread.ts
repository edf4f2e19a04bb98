import { parentPort, workerData } from 'node:worker_threads'
import autocannon from 'autocannon'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import type { Http } from '../scenario/scenario.ts'

/** What the thread is started with. */
export interface HttpThreadSetup {
  /** Ends with `/`: requests name their paths from there on. */
  readonly url: string
  /** The header of requests that say nothing of it themselves. */
  readonly authorization: string | undefined
  readonly http: Http
}

/** What the requests came to, between two calls. */
export interface HttpOutcome {
  readonly latencies: HistogramRecord
  /** Requests that were not answered at all, or not in time. */
  readonly failed: number
  /** Requests that were answered with anything but 2xx. */
  readonly refused: number
}

/** It is stopped, but wants to know. */
const DURATION_S = 86_400

const { url, authorization, http } = workerData as HttpThreadSetup
// Its own histogram has whole milliseconds, and leaves timeouts out.
const latencies = new Histogram()
let failed = 0
let refused = 0
let run: autocannon.Instance | undefined

parentPort!.on('message', async (command: 'start' | 'stop') => {
  if (command === 'start') start()
  else await stop()
})

/** Only closed loop: its rate mode sends in bursts, and corrects for that wrongly. */
function start(): void {
  const { pathname } = new URL(url)
  const common: Record<string, string> = authorization === undefined ? {} : { authorization }
  const requests = http.requests.map(({ path, method, headers, body }) => ({
    path: `${pathname}${path.replace(/^\//, '')}`,
    method,
    headers: { ...common, ...headers },
    ...(body === undefined ? {} : { body }),
  }))
  const { connections, timeoutSeconds: timeout } = http
  const instance = autocannon(
    { url, connections, timeout, requests, duration: DURATION_S },
    () => {},
  )
  run = instance
  instance.on('response', (_client, statusCode, _bytes, responseTimeMs) => {
    latencies.record(responseTimeMs * 1000)
    if (statusCode < 200 || statusCode > 299) refused += 1
  })
  instance.on('reqError', () => {
    failed += 1
  })
}

async function stop(): Promise<void> {
  const instance = run
  run = undefined
  if (instance) {
    const done = new Promise((resolve) => instance.once('done', resolve))
    instance.stop()
    await done
  }
  parentPort!.postMessage({
    latencies: latencies.toRecord(),
    failed,
    refused,
  } satisfies HttpOutcome)
  latencies.clear()
  failed = 0
  refused = 0
}
