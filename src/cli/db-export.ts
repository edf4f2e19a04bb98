import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DbExportConfig } from '../config/db-data-config.ts'
import { ChatwsError } from '../protocol/error.ts'
import { isUploadName } from '../protocol/upload-name.ts'
import type { DurableStore } from '../storage/database.ts'
import {
  PERSONAL_SECTIONS,
  type PersonalPlace,
  type PersonalRecord,
  type PersonalSection,
} from '../storage/personal-records.ts'
import { ExportFile } from './export-file.ts'
import type { Host } from './host.ts'
import { OptionError } from './option-error.ts'

/** Records that are read, and written, at once. */
const PAGE = 100

const BEGIN = 'begin'
const END = 'end'

/** Where lines go. */
interface Target {
  write(text: string): Promise<void>
}

/** `chatws db export`. */
export async function exportUser(
  config: Readonly<DbExportConfig>,
  host: Host,
  store: DurableStore,
): Promise<number> {
  const { user: userId, out, files, uploadFolder, after, json } = config
  if (files !== undefined && uploadFolder === undefined)
    throw new OptionError([{ option: 'files', message: 'needs --upload-folder to copy from' }])
  const header = { at: BEGIN, record: 'export', user: userId, epoch: store.epoch }
  const file = out === undefined ? undefined : await ExportFile.open(out, header)
  try {
    const place = after ?? file?.lastPlace
    const copy = files === undefined ? undefined : await copier(uploadFolder!, files)
    const written = new Map<string, number>()
    if (place !== END) {
      const target = file ?? standardOutput(host)
      if (place === undefined) await target.write(line({ ...header, created_at: now() }))
      await writeRecords({ store, userId, target, copy, written, host }, placeOf(place))
      await target.write(line({ at: END, record: END, created_at: now() }))
    }
    if (host.stderr.isTTY) host.stderr.write('\r\x1b[K')
    // What is written to stdout is the export alone.
    const telling = file ? host.stdout : host.stderr
    const counts = Object.fromEntries(written)
    const records = [...written.values()].reduce((sum, count) => sum + count, 0)
    if (json) telling.write(`${JSON.stringify({ user: userId, out, after: place, counts })}\n`)
    else if (place === END) telling.write(`${out} is whole already\n`)
    else telling.write(`${records} records of user ${userId}${out ? ` in ${out}` : ''}\n`)
    return 0
  } finally {
    await file?.close()
  }
}

interface Export {
  readonly store: DurableStore
  readonly userId: number
  readonly target: Target
  readonly copy: ((name: string) => Promise<boolean>) | undefined
  /** Section → how many records. */
  readonly written: Map<string, number>
  readonly host: Host
}

async function writeRecords(
  { store, userId, target, copy, written, host }: Export,
  from: { section: PersonalSection; after: PersonalPlace } | undefined,
): Promise<void> {
  const first = from ? PERSONAL_SECTIONS.indexOf(from.section) : 0
  for (const section of PERSONAL_SECTIONS.slice(first)) {
    let after = from?.section === section ? from.after : undefined
    for (let isMore = true; isMore; ) {
      const page = await store.personal.read(section, userId, { after, limit: PAGE })
      const lines: string[] = []
      for (const record of page) lines.push(line(await toLine(section, record, copy)))
      await target.write(lines.join(''))
      after = page.at(-1)?.place ?? after
      isMore = page.length === PAGE
      const count = (written.get(section) ?? 0) + page.length
      if (count > 0) written.set(section, count)
      if (host.stderr.isTTY) host.stderr.write(`\r\x1b[K${section}: ${count} …`)
    }
  }
}

async function toLine(
  section: PersonalSection,
  { place, fields }: PersonalRecord,
  copy: Export['copy'],
): Promise<object> {
  const at = [section, ...place.map((value) => encodeURIComponent(value))].join('/')
  const named = { at, record: section.replace('named_', ''), ...fields }
  if (section !== 'uploads' || !copy) return named
  return { ...named, is_copied: await copy(String(fields.name)) }
}

/** Where a line's "at" says that it was. Throws USAGE where no line has such a one. */
function placeOf(at: string | undefined) {
  if (at === undefined || at === BEGIN) return undefined
  const [name, ...values] = at.split('/')
  const section = PERSONAL_SECTIONS.find((one) => one === name)
  if (!section || values.length === 0)
    throw new OptionError([{ option: 'after', message: `is no "at" of a line: "${at}"` }])
  const isText = (value: string, i: number) =>
    TEXT_KEYS.has(`${section} ${i}`) || !/^\d+$/.test(value)
  return {
    section,
    after: values.map((value, i) => (isText(value, i) ? decodeURIComponent(value) : Number(value))),
  }
}

/** Keys that are text though they may look like a number. */
const TEXT_KEYS = new Set([
  ...['named_messages 0', 'named_support_messages 0', 'named_events 0', 'uploads 0'],
])

/** Copies files of the upload folder; tells whether one was there. Throws OUTPUT_FAILED. */
async function copier(from: string, to: string): Promise<(name: string) => Promise<boolean>> {
  const failed = (cause: unknown) =>
    new ChatwsError(
      'OUTPUT_FAILED',
      `Files cannot be copied to ${to}: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  await mkdir(to, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw failed(cause)
  })
  return async (name) => {
    if (!isUploadName(name)) return false
    try {
      await copyFile(join(from, name), join(to, name))
      return true
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw failed(cause)
    }
  }
}

function standardOutput({ stdout }: Host): Target {
  return {
    write: async (text) => {
      if (text !== '' && !stdout.write(text))
        await new Promise((resolve) => stdout.once('drain', resolve))
    },
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function now(): string {
  return new Date().toISOString()
}
