import { describe, expect, it, vi } from 'vitest'
import { Emitter } from '../../src/client/emitter.ts'

class Bell extends Emitter<{ ring: number; stop: undefined }> {
  ring(times: number): void {
    this.emit('ring', times)
  }
}

describe('Emitter', () => {
  it('calls the listeners of an event in the order they came, with what is given', () => {
    const bell = new Bell()
    const calls: string[] = []
    bell.on('ring', (times) => calls.push(`first ${times}`))
    bell.on('ring', (times) => calls.push(`second ${times}`))
    bell.on('stop', () => calls.push('stop'))
    bell.ring(3)
    expect(calls).toEqual(['first 3', 'second 3'])
  })

  it('does nothing where nobody listens', () => {
    expect(() => new Bell().ring(1)).not.toThrow()
  })

  it('calls a listener that was added twice once', () => {
    const bell = new Bell()
    const listener = vi.fn()
    bell.on('ring', listener)
    bell.on('ring', listener)
    bell.ring(1)
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('stops calling a listener that was taken off, and only that one', () => {
    const bell = new Bell()
    const [stays, goes] = [vi.fn(), vi.fn()]
    bell.on('ring', stays)
    const off = bell.on('ring', goes)
    off()
    off()
    bell.ring(1)
    expect(goes).not.toHaveBeenCalled()
    expect(stays).toHaveBeenCalledTimes(1)
  })

  it('may lose a listener while it calls them', () => {
    const bell = new Bell()
    const last = vi.fn()
    const off = bell.on('ring', () => off())
    bell.on('ring', last)
    bell.ring(1)
    bell.ring(2)
    expect(last).toHaveBeenCalledTimes(2)
  })

  it('calls the others when one throws, and does not hide the error', async () => {
    const bell = new Bell()
    const other = vi.fn()
    const uncaught = new Promise((resolve) => {
      // Vitest's own listeners would fail the run.
      const others = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        for (const listener of others) process.on('uncaughtException', listener)
        resolve(error)
      })
    })
    const error = new Error('a listener failed')
    bell.on('ring', () => {
      throw error
    })
    bell.on('ring', other)
    bell.ring(1)
    expect(other).toHaveBeenCalledWith(1)
    expect(await uncaught).toBe(error)
  })
})
