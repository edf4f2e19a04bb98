import { useMemo } from 'react'
import { localeOf } from './format.ts'
import { useLanguage } from './words.ts'

/** Sizes and shares as whoever reads them writes them. */
interface SizeFormat {
  percent(share: number): string
  bytes(count: number): string
}

export function useSizeFormat(): SizeFormat {
  const { language } = useLanguage()
  return useMemo(() => createSizeFormat(localeOf(language)), [language])
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

function createSizeFormat(locale: string): SizeFormat {
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  return {
    percent: (share) => percent.format(share),
    bytes(count) {
      const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1)
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: UNITS[power]!,
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumFractionDigits: power > 1 ? 1 : 0,
      }).format(count / 1_000 ** power)
    },
  }
}
