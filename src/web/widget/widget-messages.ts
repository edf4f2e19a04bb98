/** What a page that shows the widget says of its user, to the frame. */
export interface WidgetUser {
  readonly userId: number
  readonly token?: string
  /** The support chat that is shown. */
  readonly chatId: number
  readonly title?: string
  readonly language?: string
}

/** What the page tells the frame. */
export type ToFrame =
  | ({ readonly chatws: 'user' } & WidgetUser)
  | { readonly chatws: 'shown'; readonly isShown: boolean }

/** What the frame tells the page. */
export type FromFrame =
  | { readonly chatws: 'ready' }
  | { readonly chatws: 'close' }
  /** How many messages wait, and what to call the button for those who hear it. */
  | { readonly chatws: 'unread'; readonly count: number; readonly label: string }
