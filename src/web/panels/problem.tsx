/** Says why something was not done. */
export function Problem({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null
  return (
    <p className="notice" role="alert">
      {text}
    </p>
  )
}
