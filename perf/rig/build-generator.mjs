import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('../generator.c', import.meta.url))

/** Compiles the load generator into a folder; returns the path of the program. */
export function buildGenerator(folder) {
  const program = join(folder, 'generator')
  try {
    execFileSync('cc', ['-O2', '-o', program, SOURCE], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error('The load generator is written in C: install a C compiler (cc), then again')
    throw new Error(`The load generator does not compile:\n${error.stderr}`)
  }
  return program
}
