import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { natsVersion, natsWebSocketPort, writeNatsConfig } from '../peers/nats.mjs'

const require = createRequire(import.meta.url)
const inPerf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** A peer that runs in Node and announces its port on stdout. */
function nodePeer(label, protocol, file) {
  return {
    label,
    protocol,
    command: () => [process.execPath, ['--expose-gc', ...GC_ON_SIGNAL, inPerf(`peers/${file}`)]],
  }
}

function chatws(...options) {
  return {
    label: 'chatws',
    protocol: 'chatws',
    command: (folder) => [
      process.execPath,
      [
        ...['--expose-gc', ...GC_ON_SIGNAL, inPerf('../bin/chatws.js')],
        ...['serve', '--port', '0', '--log-level', 'error'],
        ...['--message-rate', '0', '--max-connections-per-user', '0', '--http-rate', '0'],
        ...['--database-url', join(folder, 'perf.db'), ...options],
      ],
    ],
  }
}

/** Lets the memory rows ask for a garbage collection; costs nothing otherwise. */
const GC_ON_SIGNAL = ['--require', inPerf('rig/collect-on-signal.cjs')]

/**
 * Name → server under test: how it is called, what it speaks, how it is started in a folder of its
 * own, where its port is found in its output (by default a JSON line), and why it is missing.
 */
export const CONTENDERS = {
  chatws: chatws(),
  members: chatws('--access', 'members'),
  naive: nodePeer('naive ws', 'classic', 'naive-ws.mjs'),
  bare: nodePeer('bare ws', 'classic', 'bare-ws.mjs'),
  socketIo: nodePeer('Socket.IO', 'socket.io', 'socket-io.mjs'),
  socketIoRooms: nodePeer('Socket.IO', 'socket.io', 'socket-io-rooms.mjs'),
  bun: bunPeer('bun.mjs'),
  bunTopics: bunPeer('bun-topics.mjs'),
  nats: {
    label: 'nats-server',
    protocol: 'nats',
    command: (folder) => ['nats-server', ['--config', writeNatsConfig(folder)]],
    portIn: natsWebSocketPort,
    problem: () => (natsVersion() ? undefined : 'nats-server is not installed'),
  },
}

function bunPeer(file) {
  return {
    label: 'Bun',
    protocol: 'classic',
    command: () => [bunProgram(), [inPerf(`peers/${file}`)]],
    problem: () => (bunProgram() ? undefined : 'no Bun for this machine in perf/node_modules'),
  }
}

/** The program in the package for this machine, so that `bun` needs no install script. */
function bunProgram() {
  for (const suffix of ['', '-musl', '-baseline'])
    try {
      return require.resolve(`@oven/bun-${process.platform}-${process.arch}${suffix}/bin/bun`)
    } catch {}
  return undefined
}
