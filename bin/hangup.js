import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'

/**
 * Whether SIGHUP means something: that the terminal is gone. A process without one ignores it, and so
 * does one under nohup, which leaves no terminal to it. (Node lifts what nohup has set, that SIGHUP is
 * ignored, before any code runs.)
 */
export function hasTerminal() {
  return [0, 1, 2].some((descriptor) => isatty(descriptor))
}

/**
 * Calls back when the terminal is gone. A shell tells by SIGHUP; where none does, writing fails.
 * @param {() => void} callback
 */
export function onHangup(callback) {
  process.on('SIGHUP', callback)
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code }) => code === 'EIO' && stream.isTTY && callback())
}

/** Whether a terminal that the process was started in is gone. */
export function isHungUp() {
  return deadTerminals().length > 0
}

/**
 * Lets go of a terminal that is gone. Node puts terminals back at its end, and aborts where that
 * fails: https://github.com/nodejs/node/issues/42433
 */
export function leaveDeadTerminals() {
  for (const fd of deadTerminals()) closeSync(fd)
}

function deadTerminals() {
  const streams = [process.stdin, process.stdout, process.stderr]
  return streams.filter(({ isTTY, fd }) => isTTY && !isatty(fd)).map(({ fd }) => fd)
}
