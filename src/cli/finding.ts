/** What one check of `chatws doctor` found. */
export interface Finding {
  readonly check: string
  readonly result: 'ok' | 'warning' | 'failed'
  readonly message: string
  /** What to do about it; where there is something to do. */
  readonly advice?: string
}
