import { availableParallelism, cpus, hostname, totalmem } from 'node:os'

/** The machine that a run is played on. */
export function describeHost() {
  return {
    name: hostname(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
}
