#!/usr/bin/env node
import module from 'node:module'
import { isHungUp, isNohup, leaveDeadTerminals, onHangup } from './hangup.js'

// Node 22 and later keep the compiled code, which halves the time to start.
module.enableCompileCache?.()

// What the build made, or with `npm run dev` the source: package.json says where each is.
const { main } = await import('#main')

const isKeptUp = isNohup()
if (isKeptUp) process.on('SIGHUP', () => {})
process.on('exit', leaveDeadTerminals)

/** @type {import('../dist/cli/host.js').Host} */
const host = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onSignal(callback) {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => callback(signal))
    if (!isKeptUp) onHangup(() => callback('SIGHUP'))
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
