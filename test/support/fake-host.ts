import { PassThrough } from 'node:stream'
import type { Host } from '../../src/cli/host.ts'

type Signal = Parameters<Parameters<Host['onSignal']>[0]>[0]

/** The twin of a process: what a command writes can be read, and signals can be raised. */
export interface FakeHost {
  readonly host: Host
  readonly stdin: PassThrough
  /** All that was written so far. */
  stdout(): string
  stderr(): string
  raise(signal: Signal): void
}

export function createFakeHost(env: Record<string, string> = {}): FakeHost {
  const stdin = new PassThrough()
  const written = { stdout: '', stderr: '' }
  const collect = (name: 'stdout' | 'stderr') => {
    const stream = new PassThrough()
    stream.on('data', (chunk) => {
      written[name] += String(chunk)
    })
    return stream as unknown as NodeJS.WriteStream
  }
  const listeners: ((signal: Signal) => void)[] = []
  return {
    host: {
      stdin: stdin as unknown as NodeJS.ReadStream,
      stdout: collect('stdout'),
      stderr: collect('stderr'),
      env,
      onSignal: (listener) => void listeners.push(listener),
      notifyParent: () => {},
    },
    stdin,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    raise: (signal) => {
      for (const listener of listeners) listener(signal)
    },
  }
}
