import { httpAddress } from '../protocol/http-address.ts'

/** A path of a file that a server keeps: one segment, which can name nothing else. */
const UPLOAD_PATH = /^uploads\/[0-9a-z][0-9a-z.]*$/

/**
 * The web address of a file that a message names `uploads/…`, on the server of a WebSocket URL;
 * undefined for any other path.
 */
export function fileUrl(serverUrl: string, path: string): string | undefined {
  if (!UPLOAD_PATH.test(path)) return undefined
  return new URL(path, httpAddress(serverUrl).base).href
}
