import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogOutput } from '../../src/cli/log-output.ts'
import { createServerLogSink } from '../../src/cli/server-log-sink.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A pipe whose other end is read only when it is told to. */
function createPipe() {
  const held: (() => void)[] = []
  let isHeld = true
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      if (isHeld) held.push(done)
      else done()
    },
  })
  return {
    stream,
    text: () => text,
    release() {
      isHeld = false
      for (const done of held.splice(0)) done()
    },
  }
}

/** A descriptor that is no file. */
const NO_FILE = -1

describe('LogOutput', () => {
  it('writes to a file at once, and drops nothing', () => {
    const file = join(folder, 'log')
    const descriptor = openSync(file, 'w')
    const output = new LogOutput(descriptor, new PassThrough())
    output.write('one\n')
    output.write('two\n')
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
    expect(output.dropped).toBe(0)
    closeSync(descriptor)
  })

  it.each(['closed descriptor', 'full disk', 'descriptor that was never open'])(
    'a %s costs lines, not the process',
    (what) => {
      const descriptor =
        what === 'full disk' ? openSync('/dev/full', 'w') : openSync(join(folder, 'log'), 'w')
      if (what === 'closed descriptor') closeSync(descriptor)
      const output = new LogOutput(what.endsWith('never open') ? 19_999 : descriptor)
      for (let i = 0; i < 10; i += 1) output.write('line\n')
      expect(output.dropped).toBe(10)
      if (what === 'full disk') closeSync(descriptor)
    },
  )

  it('a device that refuses what is written costs lines that are counted, with a stream beside it', () => {
    const descriptor = openSync('/dev/full', 'w')
    const stream = new PassThrough()
    const output = new LogOutput(descriptor, stream)
    for (let i = 0; i < 10; i += 1) output.write('line\n')
    expect([output.dropped, stream.readableLength]).toEqual([10, 0])
    closeSync(descriptor)
  })

  it('a pipe that nobody reads holds a megabyte, and what is beyond is dropped and told', async () => {
    const pipe = createPipe()
    const output = new LogOutput(NO_FILE, pipe.stream)
    const told: number[] = []
    output.onRoom((dropped) => told.push(dropped))
    const line = `${'x'.repeat(999)}\n`
    for (let i = 0; i < 5_000; i += 1) output.write(line)
    expect(output.dropped).toBeGreaterThan(3_900)
    expect(pipe.stream.writableLength).toBeLessThan(1_100_000)
    expect(told).toEqual([])
    pipe.release()
    await output.flush()
    expect(told).toEqual([output.dropped])
    expect(pipe.text().length).toBe((5_000 - output.dropped) * line.length)
  })

  it('a pipe whose reader left costs lines, not the process', async () => {
    const stream = new PassThrough()
    const output = new LogOutput(NO_FILE, stream)
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await new Promise((resolve) => stream.once('close', resolve))
    output.write('line\n')
    expect(output.dropped).toBe(1)
    await output.flush()
  })

  it('the end does not wait for a reader that does not read', async () => {
    const pipe = createPipe()
    const output = new LogOutput(NO_FILE, pipe.stream)
    output.write('line\n')
    expect(await output.flush()).toBe(false)
    expect(pipe.stream.writableLength).toBeGreaterThan(0)
  })
})

describe.each(['text', 'json'] as const)('a server log as %s', (format) => {
  it('says how many lines were dropped once there is room', async () => {
    const pipe = createPipe()
    const output = new LogOutput(NO_FILE, pipe.stream)
    const sink = createServerLogSink(format, 'info', output)
    for (let i = 0; i < 5_000; i += 1) sink.write('info', 'x'.repeat(999), { event: 'x' })
    const dropped = sink.droppedLines!
    expect(dropped).toBeGreaterThan(1_000)
    pipe.release()
    await output.flush()
    await new Promise(setImmediate)
    expect(pipe.text()).toContain(`${dropped} lines of this log were dropped`)
  })
})
