import type { AuditFindings } from './bench-result.ts'
import { errorsBesideRefusals } from './error-names.ts'

/** Everything the audit holds against the run, in words; empty when it is clean. */
export function auditProblems(audit: AuditFindings): string[] {
  const counts: [number | undefined, string, string?][] = [
    [audit.missing, 'delivery missing', 'deliveries missing'],
    [audit.leaked, 'delivery leaked', 'deliveries leaked'],
    [audit.duplicate, 'delivery duplicate', 'deliveries duplicate'],
    [audit.reordered, 'delivery out of order', 'deliveries out of order'],
    [audit.corrupt, 'frame corrupt', 'frames corrupt'],
    [audit.misrouted, 'frame misrouted', 'frames misrouted'],
    [audit.resumeFailed, 'event lost in a failed resume', 'events lost in failed resumes'],
    [audit.wrongAcks, 'ACK with the offset of another message', 'ACKs with offsets of others'],
    [audit.refused, 'message refused by the server', 'messages refused by the server'],
    [audit.unacknowledged, 'message never acknowledged', 'messages never acknowledged'],
    [
      audit.unsent,
      'message unsent, its connection was gone',
      'messages unsent, their connection was gone',
    ],
    [
      audit.notInDatabase,
      'acknowledged message not in the database',
      'acknowledged messages not in the database',
    ],
    [
      audit.differsFromDatabase,
      'event sent otherwise than stored',
      'events sent otherwise than stored',
    ],
    [
      audit.notSeenOnline,
      'time a connected user was not seen online',
      'times a connected user was not seen online',
    ],
    [
      audit.notSeenOffline,
      'time a user that had left was still seen online',
      'times a user that had left was still seen online',
    ],
    [
      audit.ghosts,
      'user still held online when all had left',
      'users still held online when all had left',
    ],
    [
      audit.falseOffline,
      'time a connected user was reported offline',
      'times a connected user was reported offline',
    ],
    ...byReason(audit.lost, 'lost'),
    ...byReason(audit.failedConnects, 'that could not be opened'),
    ...errorsBesideRefusals(audit.errors).map(([code, number]): [number, string, string] => [
      number,
      `frame answered with ${code}`,
      `frames answered with ${code}`,
    ]),
  ]
  const problems = counts
    .filter(([number]) => (number ?? 0) > 0)
    .map(
      ([number, one, many]) =>
        `${number!.toLocaleString('en-US')} ${number === 1 ? one : (many ?? one)}`,
    )
  return [...problems, ...audit.serverDisagrees]
}

function byReason(
  reasons: Readonly<Record<string, number>>,
  what: string,
): [number, string, string][] {
  return Object.entries(reasons).map(([reason, number]) => [
    number,
    `connection ${what}: ${reason}`,
    `connections ${what}: ${reason}`,
  ])
}
