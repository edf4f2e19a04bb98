/** Lets each method of an object be passed on by itself: `const { send } = client`. */
export function bindMethods(object: object): void {
  const known = object as Record<string, unknown>
  for (
    let of = Object.getPrototypeOf(object);
    of !== Object.prototype;
    of = Object.getPrototypeOf(of)
  )
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of)))
      if (typeof value === 'function' && name !== 'constructor' && !Object.hasOwn(known, name))
        Object.defineProperty(object, name, { value: value.bind(object) })
}
