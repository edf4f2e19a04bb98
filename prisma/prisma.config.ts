import { defineConfig } from 'prisma/config'

// These three need no native engine, but the CLI would try to download one first and fail
// without internet. Naming any existing file stops that.
if (/^(generate|validate|format)$/.test(process.argv[2] ?? ''))
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

/** Which of the two schemas the Prisma CLI works on: `sqlite` (the default) or `postgresql`. */
const provider = process.env.CHATWS_PRISMA_PROVIDER ?? 'sqlite'

export default defineConfig({
  schema: `${provider}/schema.prisma`,
  migrations: { path: `${provider}/migrations` },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
