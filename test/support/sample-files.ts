import { deflateRawSync, deflateSync } from 'node:zlib'

/** The smallest whole PNG: one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** The smallest whole GIF. */
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** The beginning that makes a JPEG, with a comment in it. */
export function jpegWith(comment: string): Buffer {
  const text = Buffer.from(comment)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length + 2)
  const app0 = Buffer.from('ffe000104a46494600010100000100010000', 'hex')
  return Buffer.concat([
    ...[Buffer.from('ffd8', 'hex'), app0, Buffer.from('fffe', 'hex'), length, text],
    Buffer.from('ffd9', 'hex'),
  ])
}

/** A ZIP with one file in it. */
export function zipOf(name: string, content: Buffer): Buffer {
  const data = deflateRawSync(content)
  const fileName = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(fileName.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, fileName, data])
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    common,
    Buffer.alloc(14),
    fileName,
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, entry, end])
}

/** A PDF that is one by its first bytes. */
export const PDF = Buffer.concat([
  Buffer.from('%PDF-1.7\n1 0 obj\n<< /Length 3 >>\nstream\n'),
  deflateSync(Buffer.from('abc')),
  Buffer.from('\nendstream\nendobj\n%%EOF\n'),
])
