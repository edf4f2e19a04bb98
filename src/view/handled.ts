/** The promise, of whose failure its users need not hear: it is shown, or undone. */
export function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}
