/** The rows as a markdown table, under what is known of the machine. */
export function markdownReport({ machine, groups }) {
  const lines = [`${machine.summary}`, '']
  for (const { title, rows } of groups) {
    lines.push(`### ${title}`, '')
    lines.push('| | chatws | peer | ratio | target | reached | |')
    lines.push('|---|---|---|---|---|---|---|')
    for (const row of rows) lines.push(tableLine(row))
    lines.push('')
  }
  return lines.join('\n')
}

function tableLine(row) {
  const peer = row.peerLabel
    ? `${row.peerLabel}: ${row.peer ? formatFigure(row.peer, row.unit) : '–'}`
    : '–'
  const cells = [
    row.what,
    row.chatws ? formatFigure(row.chatws, row.unit) : '–',
    peer,
    row.ratio === undefined || Number.isNaN(row.ratio) ? '–' : `${short(row.ratio)} ×`,
    formatLimit(row),
    row.isReached === undefined ? '–' : row.isReached ? 'yes' : 'no',
    row.note ?? '',
  ]
  return `| ${cells.join(' | ')} |`
}

function formatFigure({ median, min, max, values }, unit) {
  if (Number.isNaN(median)) return '–'
  const range = values.length > 1 ? ` (${short(min)} … ${short(max)})` : ''
  return `${short(median)} ${unit}${range}`
}

function formatLimit({ limit, limitText, unit, peerLabel }) {
  if (limitText) return limitText
  if (!limit) return '–'
  const sign = limit.atLeast === undefined ? '≤' : '≥'
  const value = short(limit.atLeast ?? limit.atMost)
  return `${sign} ${value} ${peerLabel ? '×' : unit}`
}

/** Three digits that say something: 7.81M, 12.4k, 0.62. */
function short(value) {
  if (value >= 1e6) return `${digits(value / 1e6)}M`
  if (value >= 1e4) return `${digits(value / 1e3)}k`
  return digits(value)
}

function digits(value) {
  if (value === 0) return '0'
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toFixed(Math.min(decimals, 4))).toLocaleString('en-US')
}
