import { expect, it } from 'vitest'
import { nameStretches, sparkline } from '../../../src/bench/report/sparkline.ts'

it('draws values from 0 to the greatest, with gaps where there is none', () => {
  expect(sparkline([0, 1, undefined, 7], 10)).toBe('▁▂ █')
  expect(sparkline([0, 0], 10)).toBe('▁▁')
  expect(sparkline([undefined], 10)).toBe(' ')
  expect(sparkline([], 10)).toBe('')
})

it('lets values share columns when there are more than there is room for', () => {
  expect(sparkline([0, 0, 0, 7, 0, 0, 0, 0], 4)).toBe('▁█▁▁')
  expect(sparkline(Array(1000).fill(3), 60)).toBe('█'.repeat(60))
})

it('names each stretch where it begins, in the room that it has', () => {
  const names = [...Array(6).fill('ramp'), ...Array(3).fill('steady'), 'storm']
  expect(nameStretches(names, 20)).toBe('ramp │st│storm')
  expect(nameStretches(names, 5)).toBe('ra│steady')
  expect(nameStretches(['one'], 20)).toBe('one')
})
