/** Processes that this run has started and that have not ended, so that none outlives it. */
const running = new Set()

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Ends the child when this process ends, however that comes. */
export function keepTrackOf(child) {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Ends a child: with SIGTERM, and with SIGKILL when that takes too long. */
export async function endProcess(child, timeoutMs = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  await exited
  clearTimeout(timer)
}
