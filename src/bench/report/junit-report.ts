import type { BenchResult } from '../run/bench-result.ts'
import { type Check, listChecks } from './checks.ts'
import { escapeXml } from './escape-xml.ts'

/** The report as JUnit XML: a test case for each threshold, for the audit and for the verdict. */
export function formatJunit(result: BenchResult): string {
  const checks = listChecks(result)
  const groups = [...new Set(checks.map(({ group }) => group))]
  const failures = checks.filter(({ failure }) => failure !== undefined).length
  const seconds = result.elapsedSeconds.toFixed(3)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="chatws bench" tests="${checks.length}" failures="${failures}" time="${seconds}">`,
    ...groups.flatMap((group) => suite(result, group, checks)),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(result: BenchResult, group: string, all: readonly Check[]): string[] {
  const checks = all.filter((check) => check.group === group)
  const failures = checks.filter(({ failure }) => failure !== undefined).length
  const name = escapeXml(`${result.scenario.name}: ${group}`)
  return [
    `  <testsuite name="${name}" tests="${checks.length}" failures="${failures}" timestamp="${result.startedAt}">`,
    ...checks.flatMap((check) => testCase(result.scenario.name, check)),
    '  </testsuite>',
  ]
}

function testCase(scenario: string, { group, name, failure }: Check): string[] {
  const head = `    <testcase classname="${escapeXml(`${scenario}.${group}`)}" name="${escapeXml(name)}"`
  if (failure === undefined) return [`${head}/>`]
  const [first] = failure.split('\n')
  return [
    `${head}>`,
    `      <failure message="${escapeXml(first!)}">${escapeXml(failure)}</failure>`,
    '    </testcase>',
  ]
}
