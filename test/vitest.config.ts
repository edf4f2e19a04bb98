import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/run-database.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Much of the time is spent waiting for sockets and processes.
    maxWorkers: 4,
    // Files share a process: none changes a module, and starting one for each took most of the time.
    isolate: false,
  },
})
