import type { RawData } from 'ws'
import type { ErrorFrame } from '../../protocol/server-frames.ts'

/** What names a frame that is refused unread: its `client_id`, where it has one. */
export function readRef(data: RawData, isBinary: boolean): Pick<ErrorFrame, 'ref'> {
  if (isBinary) return {}
  try {
    const { client_id: ref } = JSON.parse(String(data))
    return typeof ref === 'string' ? { ref } : {}
  } catch {
    return {}
  }
}
