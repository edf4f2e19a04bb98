import { z } from 'zod'
import { authOptions, findAuthContradictions } from './auth-options.ts'
import { withoutContradictions } from './contradictions.ts'
import { option, yesOrNo } from './option.ts'
import { ServeConfig } from './serve-config.ts'

const { port, host, databaseUrl, uploadFolder, maxConnections } = ServeConfig.shape

const own = {
  json: option(yesOrNo().default(false), {
    flag: '--json',
    env: 'CHATWS_DOCTOR_JSON',
    description: 'print it as JSON',
  }),
}

/** What `chatws doctor` can be told: mostly what the server would be told too. */
export const DoctorConfig = withoutContradictions(
  z.object({
    ...{ port, host, ...authOptions, databaseUrl, uploadFolder, maxConnections },
    ...own,
  }),
  findAuthContradictions,
)
export type DoctorConfig = z.infer<typeof DoctorConfig>

/** What may stand in the section `doctor` of a configuration file. */
export const DoctorSection = z.object(own)
