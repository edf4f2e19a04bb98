import pino from 'pino'
import type { ServerLogSink } from '../server/telemetry/server-log.ts'

/** Writes the server log to a file descriptor: bare lines for people, or one JSON record a line. */
export function createServerLogSink(
  format: 'text' | 'json',
  level: pino.LevelWithSilent,
  descriptor: number,
): ServerLogSink {
  const destination = pino.destination({ dest: descriptor, sync: true })
  const logger = pino({ level, base: null }, destination)
  // What is always written is information all the same.
  const insistent = level === 'silent' ? logger : logger.child({}, { level: 'info' })
  return {
    isEnabled: (wanted) => logger.isLevelEnabled(wanted),
    write(wanted, line, record) {
      const writer = wanted === 'always' ? insistent : logger
      const lineLevel = wanted === 'always' ? 'info' : wanted
      if (format === 'json') writer[lineLevel](record, line)
      else if (writer.isLevelEnabled(lineLevel)) destination.write(`${line}\n`)
    },
  }
}
