import type { ConfigSources, GivenOption } from './config-sources.ts'

/**
 * Keeps a token from a server that it is not for: one that the working directory's file names, which
 * may be anyone's, and for the token of a profile any but that profile's.
 */
export function keepToken(
  options: readonly GivenOption[],
  { file = [] }: Pick<ConfigSources, 'file'>,
): GivenOption[] {
  const url = options.find(({ name }) => name === 'url')
  const profile = file.find(({ source }) => source === 'profile')
  return options.map((option) => {
    if (!url || option.name !== 'token' || option.source === undefined) return option
    if (option.source === 'profile') {
      const isItsServer = url.source === undefined || url.value === profile?.values.url
      if (isItsServer) return option
      return { ...option, value: undefined, origin: `of another server (${option.origin})` }
    }
    if (url.source !== 'directory') return option
    if (option.source === 'directory' && !option.isOfFile) return option
    return {
      ...option,
      value: undefined,
      problem: `is not sent to ${url.origin}, which anyone may have written: give --url too`,
    }
  })
}
