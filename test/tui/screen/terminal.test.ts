import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Terminal } from '../../../src/tui/screen/terminal.ts'

/** A terminal whose streams only note what is done to them. */
function enter() {
  const done: string[] = []
  const process = Object.assign(new EventEmitter(), {
    pid: 1,
    kill: (pid: number, signal: string) => done.push(`kill ${pid} ${signal}`),
  })
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
    hasMouse: true,
    onReturn: () => done.push('returned'),
  })
  return { terminal, process, crashes, stdin, take: () => done.splice(0) }
}

const ENTERED = ['raw', expect.stringContaining('\x1b[?1049h'), 'resume']
const LEFT = [expect.stringMatching(/1006l.*2004l.*1049l.*23;2t$/), 'pause', 'cooked']

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
    for (const event of ['exit', 'SIGTSTP', 'SIGCONT']) expect(process.listenerCount(event)).toBe(0)
  })

  it('what it turns on it turns off', () => {
    const { terminal, take } = enter()
    const [, on] = take() as [string, string]
    terminal.leave()
    const off = take()[0]!
    const modes = (text: string, final: string) =>
      [...text.matchAll(/\[\?(\d+)([hl])/g)]
        .filter((match) => match[2] === final)
        .map((match) => match[1])
    expect(modes(on, 'h').toSorted()).toEqual(modes(off, 'l').toSorted())
  })

  it('a stop leaves it, and going on enters it and has it drawn anew', () => {
    const { process, take } = enter()
    take()
    process.emit('SIGTSTP')
    expect(take()).toEqual([...LEFT, 'kill 1 SIGTSTP'])
    process.emit('SIGCONT')
    expect(take()).toEqual([...ENTERED, 'returned'])
    process.emit('SIGTSTP')
    expect(take()).toEqual([...LEFT, 'kill 1 SIGTSTP'])
    process.emit('SIGCONT')
  })

  it('suspending stops all that Ctrl-Z would', () => {
    const { terminal, take } = enter()
    take()
    terminal.suspend()
    expect(take()).toEqual(['kill 0 SIGTSTP'])
    terminal.leave()
  })

  it('it is lent to someone else, and entered again even when that fails', async () => {
    const { terminal, take } = enter()
    take()
    const lent = terminal.lend(async () => {
      expect(take()).toEqual(LEFT)
      throw new Error('no editor')
    })
    await expect(lent).rejects.toThrow('no editor')
    expect(take()).toEqual([...ENTERED, 'returned'])
    terminal.leave()
  })

  it('a terminal that is gone is left without an error', () => {
    const { terminal, stdin } = enter()
    stdin.setRawMode = () => {
      throw new Error('EIO')
    }
    expect(terminal.leave).not.toThrow()
  })
})
