// Loaded into Node servers before they start: SIGUSR2 collects garbage and tells what is left, so
// that memory rows compare what connections hold and not what has not been collected yet.
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  console.log(JSON.stringify({ event: 'collected', ...process.memoryUsage() }))
})
