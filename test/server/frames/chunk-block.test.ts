import { expect, test } from 'vitest'
import { ChunkBlock } from '../../../src/server/frames/chunk-block.ts'

test('holds small chunks as one, until another might be too much', () => {
  const block = new ChunkBlock()
  const chunks = [1, 1_023, 1_000, 1_000, 47, 1].map((size, i) => Buffer.alloc(size, i))
  for (const chunk of chunks) {
    expect(ChunkBlock.isFor(chunk)).toBe(true)
    expect(block.isFull).toBe(false)
    block.add(chunk)
  }
  expect(block.isFull).toBe(false)
  block.add(Buffer.alloc(1))
  expect(block.isFull).toBe(true)
  expect(block.bytes).toEqual(Buffer.concat([...chunks, Buffer.alloc(1)]))
})

test('is not for chunks of a kibibyte', () => {
  expect(ChunkBlock.isFor(Buffer.alloc(1_024))).toBe(false)
})
