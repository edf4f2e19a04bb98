import { describe, expect, it } from 'vitest'
import { ChatwsError, type ErrorCode } from '../../src/protocol/error.ts'
import { ErrorFrame } from '../../src/protocol/server-frames.ts'

describe('ChatwsError', () => {
  it('carries its code, message, name and cause', () => {
    const cause = new Error('disk full')
    const error = new ChatwsError('STORAGE_UNAVAILABLE', 'not stored', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'ChatwsError',
      code: 'STORAGE_UNAVAILABLE',
      message: 'not stored',
      cause,
    })
  })

  it('has no cause of its own where none is given', () => {
    expect(new ChatwsError('INTERNAL', 'why')).not.toHaveProperty('cause')
  })

  it.each<ErrorCode>(['STORAGE_UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'CONNECT_FAILED'])(
    '%s may pass when tried again',
    (code) => {
      expect(new ChatwsError(code, '').retryable).toBe(true)
    },
  )

  it.each<ErrorCode>([
    ...(['INVALID_JSON', 'INVALID_FRAME', 'UNKNOWN_TYPE', 'SENDER_MISMATCH', 'USAGE'] as const),
    ...(['DATABASE_INCOMPATIBLE', 'CONNECTION_REFUSED', 'LISTEN_FAILED', 'TOO_LARGE'] as const),
  ])('%s does not pass when tried again', (code) => {
    expect(new ChatwsError(code, '').retryable).toBe(false)
  })

  it.each(ErrorFrame.shape.code.options)('the frame code %s is one of its codes', (code) => {
    expect(new ChatwsError(code, '').retryable).toBeTypeOf('boolean')
  })
})
