// All kinds of hostile clients in one process: `node hostile-clients.mjs <port> <epoch> <part of a name>`,
// until it is told to stop. Tells how their attempts ended, by kind.
import { setTimeout as sleep } from 'node:timers/promises'
import { KINDS } from './hostile-kinds.mjs'

const [, , port, epoch, only] = process.argv
const FIRST_USER = 10_000

const kinds = Object.entries(KINDS).filter(([name]) => name.includes(only))

/** Kind → outcome → how often. */
const outcomes = Object.fromEntries(kinds.map(([name]) => [name, {}]))
let isOver = false
let userId = FIRST_USER

async function attack(name, { run, restS }) {
  const attempt = { port: Number(port), epoch, userId: userId++, random: Math.random }
  while (!isOver) {
    const outcome = await run(attempt)
    outcomes[name][outcome] = (outcomes[name][outcome] ?? 0) + 1
    await sleep(restS * 1_000)
  }
}

for (const [name, kind] of kinds) for (let i = 0; i < kind.clients; i++) void attack(name, kind)

process.on('message', (order) => {
  if (order === 'tell') process.send(outcomes)
  else {
    isOver = true
    process.send(outcomes, () => process.exit())
  }
})
process.on('disconnect', () => process.exit())
