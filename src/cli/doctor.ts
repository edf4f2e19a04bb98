import { DoctorConfig } from '../config/doctor-config.ts'
import { defineOptions } from './define-options.ts'
import { examine } from './doctor-checks.ts'
import type { Finding } from './finding.ts'
import type { Host } from './host.ts'
import type { DefineCommand } from './main.ts'
import { runWithConfig } from './run-with-config.ts'

const HELP = `
Examples:
  chatws doctor
  chatws doctor --database-url postgresql://chat@127.0.0.1/chat
  chatws doctor --auth jwt --jwt-secret-file secret --host 0.0.0.0
  chatws doctor --json

It changes nothing. Give it what the server is given, or let both read one file.

Exit codes: 0 all is well or only warned of, 1 something failed, 2 wrong usage.`

const MARKS = { ok: '✓', warning: '!', failed: '✗' }

/** `chatws doctor`. */
export const defineDoctor: DefineCommand = (command, host) => {
  defineOptions(command, DoctorConfig)
  command.addHelpText('after', HELP)
  return (flags: Record<string, unknown>) =>
    runWithConfig({ schema: DoctorConfig, sections: ['doctor', 'serve'], flags, host }, (config) =>
      doctor(config, host),
    )
}

async function doctor(config: Readonly<DoctorConfig>, host: Host): Promise<number> {
  const findings = await examine(config)
  const isWell = findings.every(({ result }) => result !== 'failed')
  host.stdout.write(
    config.json ? `${JSON.stringify({ isWell, findings }, null, 2)}\n` : describeFindings(findings),
  )
  return isWell ? 0 : 1
}

function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ check, result, message, advice }) => {
      const line = `${MARKS[result]} ${check.padEnd(12)}${message}\n`
      return advice === undefined ? line : `${line}${' '.repeat(14)}→ ${advice}\n`
    })
    .join('')
}
