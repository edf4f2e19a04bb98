import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release } from 'node:os'
import { natsVersion } from '../peers/nats.mjs'
import { pinProblem } from './pin.mjs'

const versionOf = (path) =>
  JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url), 'utf8')).version

/** What the figures were measured on and with. */
export function describeMachine({ rounds, isShort }) {
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    kernel: release(),
    node: process.version,
    chatws: versionOf('..'),
    ws: versionOf('node_modules/ws'),
    socketIo: versionOf('node_modules/socket.io'),
    bun: versionOf('node_modules/bun'),
    nats: natsVersion(),
    pinned: pinProblem ?? 'server on core 0, generator on core 1',
    rounds,
    isShort,
  }
  const kind = isShort ? 'short, proves nothing' : 'median (least … greatest)'
  const summary =
    `${machine.date}, ${machine.cores} cores of ${machine.cpu}, Linux ${machine.kernel}, ` +
    `Node ${machine.node.slice(1)}, ws ${machine.ws}, Socket.IO ${machine.socketIo}, ` +
    `Bun ${machine.bun}${machine.nats ? `, nats-server ${machine.nats}` : ''}; ` +
    `${machine.pinned}; ${rounds} rounds, ${kind}.`
  return { ...machine, summary }
}
