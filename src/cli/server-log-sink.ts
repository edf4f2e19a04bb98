import pino from 'pino'
import type { ServerLogSink } from '../server/telemetry/server-log.ts'
import type { LogOutput } from './log-output.ts'

/** Writes the server log: bare lines for people, or one JSON record a line. */
export function createServerLogSink(
  format: 'text' | 'json',
  level: pino.LevelWithSilent,
  output: LogOutput,
): ServerLogSink {
  const logger = pino({ level, base: null }, output)
  // What is always written is information all the same.
  const insistent = level === 'silent' ? logger : logger.child({}, { level: 'info' })
  const sink: ServerLogSink = {
    isEnabled: (wanted) => logger.isLevelEnabled(wanted),
    write(wanted, line, record) {
      const writer = wanted === 'always' ? insistent : logger
      const lineLevel = wanted === 'always' ? 'info' : wanted
      if (format === 'json') writer[lineLevel](record, line)
      else if (writer.isLevelEnabled(lineLevel)) output.write(`${line}\n`)
    },
    get droppedLines() {
      return output.dropped
    },
  }
  output.onRoom((count) =>
    sink.write('error', `⚠️ WS: ${count} lines of this log were dropped: nobody took them`, {
      event: 'lines_dropped',
      count,
    }),
  )
  return sink
}
