import { describe, expect, it } from 'vitest'
import { InputHistory } from '../../../src/tui/editor/input-history.ts'

describe('InputHistory', () => {
  it('goes back through the lines and forward again to the unfinished one', () => {
    const history = new InputHistory()
    history.add('one')
    history.add('two')
    expect(history.previous('draft')).toBe('two')
    expect(history.previous('two')).toBe('one')
    expect(history.previous('one')).toBeUndefined()
    expect(history.next()).toBe('two')
    expect(history.next()).toBe('draft')
    expect(history.next()).toBeUndefined()
  })

  it('a line entered twice in a row is kept once', () => {
    const history = new InputHistory()
    history.add('same')
    history.add('same')
    expect(history.previous('')).toBe('same')
    expect(history.previous('same')).toBeUndefined()
  })

  it('entering a line starts at the newest again', () => {
    const history = new InputHistory()
    history.add('one')
    history.previous('')
    history.add('two')
    expect(history.previous('')).toBe('two')
  })
})
