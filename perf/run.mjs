// `npm run perf`: chatws beside its peers, in the same run, on the same machine.
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildGenerator } from './rig/build-generator.mjs'
import { describeMachine } from './rig/machine.mjs'
import { markdownReport } from './rig/report.mjs'
import { createTempFolder } from './rig/temp-folder.mjs'

/** Name → the module that measures it and the function it exports. */
const GROUPS = {
  fanout: async () => (await import('./measure/fanout.mjs')).measureFanout,
  members: async () => (await import('./measure/members.mjs')).measureMembers,
  acks: async () => (await import('./measure/acks.mjs')).measureAcks,
  memory: async () => (await import('./measure/memory.mjs')).measureMemory,
  joins: async () => (await import('./measure/joins.mjs')).measureJoins,
  stall: async () => (await import('./measure/stall.mjs')).measureStall,
  history: async () => (await import('./measure/history.mjs')).measureHistory,
  resume: async () => (await import('./measure/resume.mjs')).measureResume,
  receiving: async () => (await import('./measure/receiving.mjs')).measureReceiving,
  connections: async () => (await import('./measure/connections.mjs')).measureConnections,
  bench: async () => (await import('./measure/bench.mjs')).measureBench,
  terminal: async () => (await import('./measure/terminal.mjs')).measureTerminal,
}

const USAGE = `node perf/run.mjs [options]

  --only <groups>    of ${Object.keys(GROUPS).join(',')} (default: all)
  --rounds <number>  measurements of each contender, in turn (default: 5)
  --short            one round of shorter measurements: shows that it works, proves nothing
  --json <file>      every figure of every round
  --markdown <file>  the table (it is printed in any case)`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(GROUPS).join(',') },
    rounds: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(USAGE)
else process.exitCode = await run()

async function run() {
  const problem = findProblem()
  if (problem) {
    console.error(problem)
    return 2
  }
  const folder = createTempFolder()
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  const startMs = performance.now()
  const context = {
    program: buildGenerator(folder),
    rounds: values.rounds ? Number(values.rounds) : values.short ? 1 : 5,
    isShort: values.short,
    log: (line) => {
      const elapsedS = Math.round((performance.now() - startMs) / 1000)
      console.error(`[${elapsedS} s] ${line}`)
    },
  }
  const machine = describeMachine(context)
  const groups = []
  for (const name of values.only.split(',')) {
    const measure = await GROUPS[name]()
    groups.push(await measure(context))
    // Written after every group, so that a run that is stopped leaves what it has.
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, groups }, null, 2)}\n`)
  }
  const report = markdownReport({ machine, groups })
  if (values.markdown) writeFileSync(values.markdown, report)
  console.log(report)
  return 0
}

/** What keeps this run from starting, in words; undefined when nothing does. */
function findProblem() {
  const unknown = values.only.split(',').filter((name) => !Object.hasOwn(GROUPS, name))
  if (unknown.length > 0) return `Unknown: ${unknown.join(', ')}\n\n${USAGE}`
  if (values.rounds !== undefined && !(Number(values.rounds) >= 1))
    return `--rounds must be at least 1\n\n${USAGE}`
  if (process.platform !== 'linux') return 'The measurements read /proc: they run on Linux only'
  if (!existsSync(fileURLToPath(new URL('../dist/bundle/main.js', import.meta.url))))
    return 'chatws is not built: run npm run build'
  if (!existsSync(fileURLToPath(new URL('node_modules/ws', import.meta.url))))
    return 'The peers are not installed: run npm ci --prefix perf --ignore-scripts'
  return undefined
}
