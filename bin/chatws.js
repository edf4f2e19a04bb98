#!/usr/bin/env node
import { readlinkSync } from 'node:fs'
import module from 'node:module'
import { hasTerminal, isHungUp, leaveDeadTerminals, onHangup } from './hangup.js'

// Node 22 and later keep the compiled code, which halves the time to start.
module.enableCompileCache?.()

// Packages ask for the working directory as they load. One that is gone has the name that Linux tells
// of it, where there is nothing: what needs a file there says so.
const cwd = process.cwd
process.cwd = () => {
  try {
    return cwd()
  } catch {
    return nameOfLost()
  }
}

// What the build made, or with `npm run dev` the source: package.json says where each is.
const { main } = await import('#main')

const isAttached = hasTerminal()
if (!isAttached) process.on('SIGHUP', () => {})
process.on('exit', leaveDeadTerminals)

/** @type {import('../dist/cli/host.js').Host} */
const host = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onSignal(callback) {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => callback(signal))
    if (isAttached) onHangup(() => callback('SIGHUP'))
    // Whoever started this process over an IPC channel is gone, and so is its use.
    process.on('disconnect', () => callback('SIGTERM'))
  },
  notifyParent(message) {
    process.send?.(message)
  },
}

const exitCode = await main(process.argv.slice(2), host)
process.exitCode = isHungUp() ? 129 : exitCode
// What is still open (sockets of a second Ctrl-C, say) must not keep the process; output is out.
process.exit()

function nameOfLost() {
  try {
    return readlinkSync('/proc/self/cwd')
  } catch {
    return '/nonexistent'
  }
}
