// Writes prisma/<provider>/schema.prisma from models.prisma and generates both clients from them.
// The models are stated once; each provider gets the generator and datasource blocks that Prisma
// wants in the same schema.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
const models = readFileSync(`${here}/models.prisma`, 'utf8')

/** SQLite counts up only an `INTEGER PRIMARY KEY`, which Prisma calls Int; there it has 64 bits. */
const forSqlite = models.replace(/BigInt(\s+@id @default\(autoincrement\(\)\))/g, 'Int   $1')

const schema = (provider) => `// Written by prisma/generate.mjs from prisma/models.prisma.
generator client {
  provider               = "prisma-client"
  output                 = "../../src/storage/generated/${provider}"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
}

datasource db {
  provider = "${provider}"
}

${provider === 'sqlite' ? forSqlite : models}`

async function generate(provider) {
  writeFileSync(`${here}/${provider}/schema.prisma`, schema(provider))
  const options = { env: { ...process.env, CHATWS_PRISMA_PROVIDER: provider } }
  const args = [cli, 'generate', '--config', `${here}/prisma.config.ts`]
  await promisify(execFile)(process.execPath, args, options)
}

await Promise.all(['sqlite', 'postgresql'].map(generate))
