import { closeSync, fstatSync, readSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { isatty } from 'node:tty'

/**
 * Whether the process was started with nohup. Node lifts what nohup set, that SIGHUP is ignored,
 * before any code runs; what is left of nohup is the shell's `_`, a standard input that can only be
 * written, and the file of its output.
 */
export function isNohup() {
  return basename(process.env._ ?? '') === 'nohup' || isInputWriteOnly() || isOutputNohupOut()
}

function isInputWriteOnly() {
  try {
    // Of a device only: nothing may be taken from an input that can be read.
    if (fstatSync(0).isCharacterDevice() && !isatty(0)) readSync(0, Buffer.alloc(0))
    return false
  } catch (error) {
    return error.code === 'EBADF'
  }
}

function isOutputNohupOut() {
  return ['nohup.out', join(homedir(), 'nohup.out')].some((path) => {
    try {
      const { dev, ino } = statSync(path)
      return [1, 2].some((fd) => fstatSync(fd).dev === dev && fstatSync(fd).ino === ino)
    } catch {
      return false
    }
  })
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
