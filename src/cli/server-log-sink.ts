import pino from 'pino'
import type { ServerLogSink } from '../server/telemetry/server-log.ts'

/** Writes the server log to a file descriptor: bare lines for people, or one JSON record a line. */
export function createServerLogSink(
  format: 'text' | 'json',
  level: 'info' | 'error' | 'silent',
  descriptor: number,
): ServerLogSink {
  const destination = pino.destination({ dest: descriptor, sync: true })
  const logger = pino({ level, base: null }, destination)
  return {
    isEnabled: (wanted) => logger.isLevelEnabled(wanted),
    write(lineLevel, line, record) {
      if (format === 'json') logger[lineLevel](record, line)
      else if (logger.isLevelEnabled(lineLevel)) destination.write(`${line}\n`)
    },
  }
}
