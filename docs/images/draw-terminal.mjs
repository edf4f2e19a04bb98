// Draws what a terminal shows as an SVG picture:
//   tmux capture-pane -e -p -N | node docs/images/draw-terminal.mjs 88 'A title' > docs/images/x.svg
// The arguments are the width in columns and what the picture shows, for those who cannot see it. Colours and bold are read from the SGR sequences.

const columns = Number(process.argv[2] ?? 80)
const title = process.argv[3] ?? 'A terminal'
const CELL = { width: 8.4, height: 18 }
const PADDING = 14
const PALETTE = {
  foreground: '#d7dae0',
  background: '#14161a',
  colours: ['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'],
  bright: ['#7f848e', '#ef7d86', '#a9d48a', '#f0cc86', '#72bfff', '#d68ae8', '#67c7d3', '#ffffff'],
}

let input = ''
for await (const chunk of process.stdin) input += chunk
const lines = input.replace(/\n+$/, '').split('\n')

const escapeXml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Columns that a text takes: East Asian wide characters and emoji take two. */
function widthOf(text) {
  const wide = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u
  const segments = new Intl.Segmenter().segment(text)
  return Array.from(segments, ({ segment }) => (wide.test(segment) ? 2 : 1)).reduce(
    (sum, width) => sum + width,
    0,
  )
}

/** Applies one SGR sequence's parameters to a style. */
function applySgr(style, parameters) {
  for (const code of parameters.split(';').map(Number)) {
    if (code === 0) style = {}
    else if (code === 1) style = { ...style, bold: true }
    else if (code === 2) style = { ...style, dim: true }
    else if (code === 7) style = { ...style, inverse: true }
    else if (code === 22) style = { ...style, bold: false, dim: false }
    else if (code === 27) style = { ...style, inverse: false }
    else if (code === 39) style = { ...style, colour: undefined }
    else if (code >= 30 && code <= 37) style = { ...style, colour: PALETTE.colours[code - 30] }
    else if (code >= 90 && code <= 97) style = { ...style, colour: PALETTE.bright[code - 90] }
  }
  return style
}

/** One word, or the space between two, which is seen only when inverse. */
function drawWord(word, x, y, style) {
  const width = (widthOf(word) * CELL.width).toFixed(1)
  const left = x.toFixed(1)
  const colour = style.colour ?? PALETTE.foreground
  const background = style.inverse
    ? `<rect x="${left}" y="${y}" width="${width}" height="${CELL.height}" fill="${colour}" shape-rendering="crispEdges"/>`
    : ''
  if (word.trim() === '') return background
  const attributes = [
    `x="${left}"`,
    `y="${y + 13}"`,
    `textLength="${width}"`,
    `fill="${style.inverse ? PALETTE.background : colour}"`,
    style.bold ? 'font-weight="bold"' : '',
    style.dim ? 'opacity="0.6"' : '',
  ]
  return `${background}<text ${attributes.filter(Boolean).join(' ')}>${escapeXml(word)}</text>`
}

// What a line ends with goes on in the next one.
let style = {}

function drawLine(line, row) {
  let column = 0
  const parts = []
  const y = PADDING + row * CELL.height
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is the point
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
    const sgr = /^\u001b\[([0-9;]*)m$/.exec(part)
    if (sgr) {
      style = applySgr(style, sgr[1])
      continue
    }
    // Word by word, so that a font of another width never shifts what stands further right.
    for (const word of part.split(/( +)/)) {
      if (word === '') continue
      parts.push(drawWord(word, PADDING + column * CELL.width, y, style))
      column += widthOf(word)
    }
  }
  return parts.join('')
}

const width = Math.ceil(columns * CELL.width + 2 * PADDING)
const height = lines.length * CELL.height + 2 * PADDING
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${PALETTE.background}"/>
${lines.map(drawLine).join('\n')}
</svg>
`)
