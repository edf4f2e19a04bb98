import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The chart library as it was published. What this returns is what the bundle holds. */
export function chartLibrary(): { script: string; style: string } {
  const require = createRequire(import.meta.url)
  const read = (name: string) => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8')
  return { script: read('uPlot.iife.min.js'), style: read('uPlot.min.css') }
}
