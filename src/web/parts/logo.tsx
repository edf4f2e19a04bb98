/** The sign of chatws: two speech bubbles, one answered by the other. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="#4f46e5" />
      <path
        d="M7 9.5A2.5 2.5 0 0 1 9.5 7h9A2.5 2.5 0 0 1 21 9.5v4a2.5 2.5 0 0 1-2.5 2.5H12l-5 4z"
        fill="#fff"
      />
      <path d="M25 14.5v10l-4-3h-7a2 2 0 0 1-2-2h7a4.5 4.5 0 0 0 4.5-4.5z" fill="#b9b5ff" />
    </svg>
  )
}
