import type { BenchResult } from '../result/bench-result.ts'
import { type Check, listChecks } from './checks.ts'
import { escapeXml } from './escape-xml.ts'

/**
 * The report as JUnit XML: a test case for each threshold, for the audit, for the verdict and for
 * each figure that is compared with a baseline.
 */
export function formatJunit(result: BenchResult): string {
  const checks = listChecks(result)
  const groups = [...new Set(checks.map(({ group }) => group))]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="chatws bench" ${totals(checks)} time="${result.elapsedSeconds.toFixed(3)}">`,
    ...groups.flatMap((group) => suite(result, group, checks)),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(
  { scenario, startedAt }: BenchResult,
  group: string,
  all: readonly Check[],
): string[] {
  const checks = all.filter((check) => check.group === group)
  const name = escapeXml(`${scenario.name}: ${group}`)
  return [
    `  <testsuite name="${name}" ${totals(checks)} errors="0" skipped="0" time="0" timestamp="${startedAt}">`,
    ...checks.flatMap((check) => testCase(scenario.name, check)),
    '  </testsuite>',
  ]
}

function totals(checks: readonly Check[]): string {
  const failures = checks.filter(({ isMet }) => !isMet).length
  return `tests="${checks.length}" failures="${failures}"`
}

function testCase(scenario: string, { group, name, found, isMet }: Check): string[] {
  const [first] = found.split('\n')
  const outcome = isMet
    ? `<system-out>${escapeXml(found)}</system-out>`
    : `<failure message="${escapeXml(first!)}">${escapeXml(found)}</failure>`
  return [
    `    <testcase classname="${escapeXml(`${scenario}.${group}`)}" name="${escapeXml(name)}" time="0">`,
    `      ${outcome}`,
    '    </testcase>',
  ]
}
