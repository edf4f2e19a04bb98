import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../../src/tui/commands/command-line.ts'

describe('parseCommand', () => {
  it.each([
    ['', { type: 'nothing' }],
    ['   ', { type: 'nothing' }],
    ['Hello', { type: 'say', text: 'Hello' }],
    [' /join 1', { type: 'say', text: ' /join 1' }],
    ['//join 1', { type: 'say', text: '/join 1' }],
    ['/join 7', { type: 'join', chat: { kind: 'chat', id: 7 } }],
    ['/join #7 ', { type: 'join', chat: { kind: 'chat', id: 7 } }],
    ['/support 3', { type: 'join', chat: { kind: 'support', id: 3 } }],
    ['/join support#7', { type: 'join', chat: { kind: 'support', id: 7 } }],
    ['/help', { type: 'run', name: 'help', text: '' }],
    ['/react 👍', { type: 'run', name: 'react', text: '👍' }],
    ['/react 👍 #12', { type: 'run', name: 'react', text: '👍', id: 12 }],
    ['/reply #12 two\nlines', { type: 'run', name: 'reply', text: 'two\nlines', id: 12 }],
    ['/delete #12', { type: 'run', name: 'delete', text: '', id: 12 }],
    ['/search #12', { type: 'run', name: 'search', text: '#12' }],
    ['/quit', { type: 'run', name: 'quit', text: '' }],
  ])('%j is understood', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  it('/join alone lists the chats to join', () => {
    expect(parseCommand('/join')).toEqual({ type: 'browse' })
  })

  it.each(['/join 0', '/join x', '/join 1 2', '/join 1\nmore', '/support 9007199254740992'])(
    '%j tells what the command takes',
    (line) => {
      expect(parseCommand(line)).toMatchObject({
        type: 'wrong',
        message: expect.stringMatching(/takes the number of a chat/),
      })
    },
  )

  it('a command that takes no argument refuses one', () => {
    expect(parseCommand('/quit now')).toMatchObject({ type: 'wrong' })
  })

  it.each(['/search', '/whois ', '/react #3', '/theme'])('%j needs more', (line) => {
    expect(parseCommand(line)).toMatchObject({
      type: 'wrong',
      message: expect.stringContaining('needs more'),
    })
  })

  it.each([
    ['/hlep', '/help'],
    ['/JOIN 3', '/join'],
    ['/sup 3', '/support'],
    ['/qui', '/quit'],
  ])('the unknown %j suggests %j', (line, suggestion) => {
    expect(parseCommand(line)).toMatchObject({
      type: 'wrong',
      message: expect.stringContaining(`did you mean ${suggestion}?`),
    })
  })

  it.each(['/', '/etc/hosts', `/${'x'.repeat(50_000)}`])('%.20j suggests nothing', (line) => {
    expect(parseCommand(line)).toMatchObject({
      type: 'wrong',
      message: expect.stringContaining('/help lists the commands'),
    })
  })
})
