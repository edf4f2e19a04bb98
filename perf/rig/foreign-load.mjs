import { readFileSync } from 'node:fs'

/** How much of the machine other processes take while something is measured. */
export class ForeignLoad {
  #pids
  #before

  /** @param pids the processes that take part; this one does, too */
  constructor(pids) {
    this.#pids = [...pids, process.pid]
    this.#before = this.#sample()
  }

  /** The share of all cores since the start, 0 to 1. */
  get share() {
    const { busy, all, own } = this.#sample()
    const before = this.#before
    return Math.max(0, (busy - before.busy - (own - before.own)) / (all - before.all))
  }

  /** Ticks of all cores so far, and those of the processes that take part. */
  #sample() {
    const [user, nice, system, idle, wait, interrupts, softInterrupts] = readFileSync(
      '/proc/stat',
      'utf8',
    )
      .split('\n', 1)[0]
      .split(/\s+/)
      .slice(1)
      .map(Number)
    const busy = user + nice + system + interrupts + softInterrupts
    const own = this.#pids.reduce((sum, pid) => sum + ticksOf(pid), 0)
    return { busy, all: busy + idle + wait, own }
  }
}

function ticksOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return 0
  }
}
