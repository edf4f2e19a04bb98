import type { ListPage } from '../../storage/access-records.ts'

/** Items that are read at once. */
const PAGE = 1_000

/** Reads a list of the store that goes by ascending ids, page by page. */
export async function* eachPage<Item>(
  read: (page: ListPage) => Promise<readonly Item[]>,
  idOf: (item: Item) => number,
): AsyncGenerator<readonly Item[], void, undefined> {
  for (let after = 0; ; ) {
    const page = await read({ after, limit: PAGE })
    yield page
    if (page.length < PAGE) return
    after = idOf(page.at(-1)!)
  }
}
