/**
 * Bytes that may be kept for as long as one likes: a copy where they lie in the pool in which Node puts
 * small buffers, all 8 KB of which they would keep in memory.
 */
export function outOfPool(bytes: Buffer): Buffer {
  const isPooled = bytes.buffer.byteLength === Buffer.poolSize && bytes.length < Buffer.poolSize
  if (!isPooled) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
