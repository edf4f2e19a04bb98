// `npm run check`: what must hold before a change is committed, one step after the other. Ends at the
// first that fails, and prints what each took.
import { spawnSync } from 'node:child_process'

/** Step → the script of package.json that does it. The tests drive the build, so it comes first. */
const STEPS = {
  build: 'postprepare',
  types: 'types',
  lint: 'lint',
  unused: 'unused',
  tests: 'test',
}

const took = []
for (const [step, script] of Object.entries(STEPS)) {
  console.log(`\n== ${step}`)
  const startMs = performance.now()
  const { status, signal } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' })
  took.push(`${step} ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
  if (status === 0) continue
  console.error(
    `\n${step} failed (npm run ${script}${signal ? `: ${signal}` : ''}). ${took.join(', ')}`,
  )
  process.exit(1)
}
console.log(`\nAll is well: ${took.join(', ')}`)
