/**
 * The built file of a worker thread. Node runs no TypeScript, so sources that are run as they
 * stand, as tests do, use the build's.
 */
export function threadFile(name: 'generator-thread' | 'http-thread'): URL {
  const isSource = import.meta.url.endsWith('.ts')
  const folder = isSource ? '../../../dist/bench/worker/' : './'
  return new URL(`${folder}${name}.js`, import.meta.url)
}
