import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { ENTRY } from '../../../src/bench/audit/block.ts'
import { KnownStream } from '../../../src/bench/audit/known-stream.ts'
import {
  agree,
  type StreamVersions,
  Variants,
  versionsOf,
} from '../../../src/bench/audit/versions.ts'

/** What a generator says of frames: offset → text → how many connections had it so. */
function versions(frames: Readonly<Record<number, Readonly<Record<string, number>>>>) {
  const stream = new KnownStream(0)
  const variants = new Variants()
  for (const [offset, texts] of Object.entries(frames)) {
    const [[first, receivers], ...others] = Object.entries(texts) as [
      [string, number],
      ...[string, number][],
    ]
    const index = stream.append(Buffer.from(first), 0, first.length, {
      kind: ENTRY.other,
      offset: Number(offset),
    })
    stream.blockOf(index).receivers[stream.placeOf(index)] = receivers
    for (const [text, count] of others)
      for (let i = 0; i < count; i++) variants.add(Number(offset), Buffer.from(text))
  }
  return versionsOf([stream, new KnownStream(0)], variants)
}

const agreedOn = (all: StreamVersions[], offset: number) => {
  const { firstOffset, crcs } = agree(all)
  return crcs[offset - firstOffset]
}

it('puts together what stands in the stream and aside', () => {
  const stream = new KnownStream(0)
  const aside = new KnownStream(0)
  const add = (to: KnownStream, offset: number) =>
    to.append(Buffer.from(`${offset}`), 0, 1, { kind: ENTRY.other, offset })
  for (const offset of [5, 7]) add(stream, offset)
  for (const offset of [4, 6]) add(aside, offset)
  const { firstOffset, crcs } = versionsOf([stream, aside], new Variants())
  expect(firstOffset).toBe(4)
  expect([...crcs]).toEqual(['4', '5', '6', '7'].map((text) => crc32(text)))
})

it('has nothing to agree on where nothing was sent', () => {
  expect(agree([versions({}), versions({})])).toMatchObject({ crcs: new Uint32Array(), odd: 0 })
})

it('finds nothing odd where all had the same, as far as they had it', () => {
  const all = [versions({ 3: { a: 5 }, 4: { b: 5 } }), versions({ 4: { b: 2 }, 5: { c: 2 } })]
  const { firstOffset, crcs, odd } = agree(all)
  expect({ firstOffset, odd }).toEqual({ firstOffset: 3, odd: 0 })
  expect([...crcs]).toEqual(['a', 'b', 'c'].map((text) => crc32(text)))
})

it('takes the version that most had, whoever had it first', () => {
  const all = [versions({ 1: { odd: 1, fine: 3 } })]
  expect(agree(all).odd).toBe(1)
  expect(agreedOn(all, 1)).toBe(crc32('fine'))
})

it('counts each odd frame once, however many generators had it right', () => {
  const all = [
    versions({ 1: { odd: 1, fine: 2 } }),
    versions({ 1: { fine: 3 } }),
    versions({ 1: { fine: 3 } }),
  ]
  expect(agree(all).odd).toBe(1)
})

it('takes of the versions of several generators the one that most had in all', () => {
  const all = [versions({ 1: { x: 2, y: 1 } }), versions({ 1: { y: 3 } })]
  expect(agree(all).odd).toBe(2)
  expect(agreedOn(all, 1)).toBe(crc32('y'))
})
