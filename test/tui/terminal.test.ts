import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Terminal } from '../../src/tui/terminal.ts'

/** A terminal whose streams only note what is done to them. */
function enter() {
  const done: string[] = []
  const process = new EventEmitter()
  const crashes: unknown[] = []
  const stdin = {
    setRawMode: (isRaw: boolean) => done.push(isRaw ? 'raw' : 'cooked'),
    resume: () => done.push('resume'),
    pause: () => done.push('pause'),
  } as unknown as NodeJS.ReadStream
  const stdout = {
    write: (text: string) => done.push(text),
  } as unknown as NodeJS.WriteStream
  const terminal = new Terminal({
    stdin,
    stdout,
    process,
    onCrash: (error) => crashes.push(error),
    onLeave: () => done.push('drawn'),
  })
  return { terminal, process, crashes, stdin, take: () => done.splice(0) }
}

const ENTERED = ['raw', expect.stringContaining('\x1b[?1049h'), 'resume']
const LEFT = ['drawn', '\x1b[?2004l\x1b[?1049l\x1b[?25h', 'pause', 'cooked']

describe('Terminal', () => {
  it('entering switches to raw mode and the alternate screen, and leaving restores both', () => {
    const { terminal, take } = enter()
    expect(take()).toEqual(ENTERED)
    terminal.leave()
    expect(take()).toEqual(LEFT)
  })

  it('it is left once, whatever comes after', () => {
    const { terminal, process, take } = enter()
    terminal.leave()
    take()
    terminal.leave()
    process.emit('exit')
    expect(take()).toEqual([])
  })

  it('it is left when the process exits', () => {
    const { process, take } = enter()
    take()
    process.emit('exit')
    expect(take()).toEqual(LEFT)
  })

  it('an error that nothing caught is handed over while it is entered', () => {
    const { terminal, process, crashes } = enter()
    process.emit('uncaughtException', 'boom')
    expect(crashes).toEqual(['boom'])
    terminal.leave()
    expect(process.listenerCount('uncaughtException')).toBe(0)
    expect(process.listenerCount('exit')).toBe(0)
  })

  it('a terminal that is gone is left without an error', () => {
    const { terminal, stdin } = enter()
    stdin.setRawMode = () => {
      throw new Error('EIO')
    }
    expect(terminal.leave).not.toThrow()
  })
})
