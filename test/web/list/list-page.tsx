import { memo, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { VirtualList, type VirtualListHandle } from '../../../src/web/list/virtual-list.tsx'

/** A row of a height that nobody knows before; one with `latePx` grows once it was drawn, as for an image. */
interface Row {
  readonly key: string
  readonly heightPx: number
  readonly latePx: number
}

/** The rows of the page, and what a test does to them. */
class TestList {
  rows: readonly Row[] = []
  handle: VirtualListHandle | null = null
  isAtEnd = true
  #random = 1
  #draw: (rows: readonly Row[]) => void = () => {}

  attach(draw: (rows: readonly Row[]) => void): void {
    this.#draw = draw
  }

  /** Rows of random heights, the same in every run. */
  make(count: number, firstId: number): Row[] {
    return Array.from({ length: count }, (_, i) => {
      const id = firstId + i
      return {
        key: String(id),
        heightPx: 24 + Math.floor(this.#next() * 180),
        latePx: id % 7 === 0 ? 120 : 0,
      }
    })
  }

  append(count: number): void {
    this.#set([...this.rows, ...this.make(count, Number(this.rows.at(-1)?.key ?? 0) + 1)])
  }

  prepend(count: number): void {
    this.#set([...this.make(count, Number(this.rows[0]!.key) - count), ...this.rows])
  }

  forget(count: number): void {
    this.#set(this.rows.slice(count))
  }

  /** Both ends at once, as when a page comes in the same turn as a message. */
  prependAndAppend(count: number): void {
    const before = this.make(count, Number(this.rows[0]!.key) - count)
    const after = this.make(1, Number(this.rows.at(-1)!.key) + 1)
    this.#set([...before, ...this.rows, ...after])
  }

  grow(key: string, px: number): void {
    this.#set(
      this.rows.map((row) => (row.key === key ? { ...row, heightPx: row.heightPx + px } : row)),
    )
  }

  #set(rows: readonly Row[]): void {
    this.rows = rows
    flushSync(() => this.#draw(rows))
  }

  #next(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647
    return this.#random / 2_147_483_647
  }
}

const list = new TestList()
Object.assign(window, { list })

const RowView = memo(function RowView({ row }: { readonly row: Row }) {
  const [isLoaded, setLoaded] = useState(false)
  useEffect(() => {
    if (row.latePx === 0) return undefined
    let left = 3
    let frame = 0
    const wait = () => {
      left -= 1
      if (left === 0) flushSync(() => setLoaded(true))
      else frame = requestAnimationFrame(wait)
    }
    frame = requestAnimationFrame(wait)
    return () => cancelAnimationFrame(frame)
  }, [row.latePx])
  return (
    <div
      data-key={row.key}
      style={{ height: row.heightPx + (isLoaded ? row.latePx : 0), boxShadow: 'inset 0 0 0 1px' }}
    >
      {row.key}
    </div>
  )
})

function ListPage() {
  const [rows, setRows] = useState<readonly Row[]>(() => list.make(1_000, 10_001))
  useEffect(() => {
    list.rows = rows
    list.attach(setRows)
  }, [rows])
  return (
    <div style={{ display: 'flex', flexDirection: 'column', height: 600, width: 400 }}>
      <VirtualList
        items={rows}
        keyOf={(row) => row.key}
        ref={(handle) => {
          list.handle = handle
        }}
        onNearStart={() => {}}
        onAtEnd={(isAtEnd) => {
          list.isAtEnd = isAtEnd
        }}
      >
        {(row) => <RowView row={row} />}
      </VirtualList>
    </div>
  )
}

createRoot(document.getElementById('root')!).render(<ListPage />)

declare global {
  interface Window {
    readonly list: TestList
  }
}
