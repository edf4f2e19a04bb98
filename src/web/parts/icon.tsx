/** Drawn for this app on a grid of 24. */
const PATHS = {
  send: 'M4 12 20 4l-5 16-4-7z M11 13l4-4',
  emoji: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M9 10h.01 M15 10h.01 M8.5 14.5a4.5 4.5 0 0 0 7 0',
  attach:
    'M19 11.5 12 18.5a4.6 4.6 0 0 1-6.5-6.5l7.5-7.5a3 3 0 0 1 4.3 4.3l-7.4 7.4a1.5 1.5 0 0 1-2.1-2.1L14.5 7.5',
  camera: 'M4 8h3l1.5-2.5h7L17 8h3v11H4z M12 10.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  reply: 'M10 6 4 12l6 6 M4 12h9a7 7 0 0 1 7 7',
  edit: 'M5 19l1-4L16.5 4.5a1.8 1.8 0 0 1 3 3L9 18z',
  trash: 'M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13',
  copy: 'M9 9h11v11H9z M15 9V4H4v11h5',
  more: 'M5.5 12h1 M11.5 12h1 M17.5 12h1',
  retry: 'M19 12a7 7 0 1 1-2.2-5.1 M17.5 3.5v4h-4',
  close: 'M6 6l12 12 M18 6 6 18',
  back: 'M14 5l-7 7 7 7',
  forward: 'M10 5l7 7-7 7',
  down: 'M12 5v13 M6 12.5l6 6 6-6',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z M15.5 15.5 20 20',
  people:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M3 20a6 6 0 0 1 12 0 M16 5.5a3.2 3.2 0 0 1 0 6.2 M17.5 14.5A6 6 0 0 1 21 20',
  plus: 'M12 5v14 M5 12h14',
  check: 'M5 12.5l4.5 4.5L19 7',
  checks: 'M2.5 12.5 7 17 16 7.5 M11.5 16l1 1L22 7.5',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z M12 8v4.5l3 1.5',
  warning: 'M12 4 2.8 20h18.4z M12 10v4.5 M12 17.3h.01',
  file: 'M6 3h8l4 4v14H6z M14 3v4h4',
  chat: 'M4 5h16v11H9l-5 4z',
  support: 'M5 13v-1a7 7 0 0 1 14 0v1 M5 13h3v5H5z M16 13h3v5h-3z M19 18c0 2-2 3-5 3',
  settings: 'M4 7h10 M18 7h2 M16 5v4 M4 12h3 M11 12h9 M9 10v4 M4 17h8 M16 17h4 M14 15v4',
  leave: 'M14 4H6v16h8 M11 12h10 M18 8.5l3.5 3.5-3.5 3.5',
  pin: 'M9 4h6l-1 6 3 3H7l3-3z M12 13v7',
  thread: 'M5 5h14v9H11l-4 3.5V14H5z M9 8.5h6 M9 11h4',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z M10 20.5h4',
  shield: 'M12 3l7.5 3v5c0 5-3 8.3-7.5 10C7.5 19.3 4.5 16 4.5 11V6z',
} as const

export type IconName = keyof typeof PATHS

/** A sign beside words, or in a button that has a label of its own: nothing to be read out. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
